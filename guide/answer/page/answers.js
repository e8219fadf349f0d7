// The form, and the ranking told. Texts are set as text: nothing here makes markup of a string.
(() => {
  const form = document.getElementById("choose-form");
  if (!form) return;
  const sheet = JSON.parse(document.getElementById("choose-data").textContent);
  const told = document.getElementById("choice");
  const detail = document.getElementById("choice-detail");

  function make(tag, text, attributes = {}) {
    const element = document.createElement(tag);
    element.textContent = text;
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    return element;
  }

  function shown(line, value) {
    if (line.rule === "present" || line.rule === "absent") return value > 0 ? "yes" : "no";
    if (line.rule === "share" || line.rule === "points") return `${(100 * value).toFixed(0)} %`;
    const whole = value >= 100 || value === Math.trunc(value);
    const number = whole
      ? Math.round(value).toLocaleString("en")
      : String(Number(value.toPrecision(3)));
    return `${number} ${line.unit}`.trim();
  }

  function verdict(found) {
    const names = found.ranking.map(([key]) => sheet.names[key]);
    if (!names.length) return "Answer a question, and the ranking is here.";
    if (names.length === 1) {
      const why = found.ruledOut.size ? ": what you require rules out the others" : "";
      return `${names[0]} is the only one left${why}.`;
    }
    const leads =
      `leads ${names[1]} by ${found.lead.toFixed(1)} points; what is within ` +
      `${found.margin.toFixed(1)} is no difference (spread ${found.spread.toFixed(1)}, ` +
      `weights ${found.swing.toFixed(1)}).`;
    if (found.clear) return `Clearly ${names[0]}: it ${leads}`;
    return `None is clearly best: ${names[0]} ${leads} Build a small prototype with both.`;
  }

  function ranked(found) {
    const list = document.createElement("ol");
    list.className = "ranking";
    for (const [key, points] of found.ranking) {
      const item = make("li", "", { "data-framework": key, "data-points": points });
      item.append(make("span", sheet.names[key]), make("meter", "", { min: 0, max: 100, value: points }));
      item.append(make("b", points.toFixed(1)));
      item.querySelector("meter").setAttribute("aria-label", `${sheet.names[key]}: points of 100`);
      list.append(item);
    }
    return list;
  }

  function notes(found) {
    const lines = [...found.ruledOut].map(([key, why]) => `${sheet.names[key]} is ruled out: ${why}: no.`);
    lines.push(...found.unranked.map((key) => `${sheet.names[key]} is not ranked: too little was measured.`));
    lines.push(...found.says.map((each) => `Note: ${each}.`));
    lines.push(...found.leftOut.map((title) => `Left out, for want of a value: ${title}.`));
    const list = document.createElement("ul");
    list.append(...lines.map((line) => make("li", line)));
    return list;
  }

  function numbers(found) {
    const keys = found.ranking.map(([key]) => key);
    const box = make("div", "", { class: "scroll", role: "group", tabindex: "0", "aria-label": "The numbers" });
    const table = make("table", "", { class: "numbers" });
    table.append(make("caption", "What was weighed: each value, and its points from 0 to 1"));
    const head = document.createElement("tr");
    head.append(make("th", "Criterion", { scope: "col" }), make("th", "Weight", { scope: "col" }));
    head.append(...keys.map((key) => make("th", sheet.names[key], { scope: "col" })));
    const body = document.createElement("tbody");
    for (const line of [...found.lines].sort((a, b) => b.weight - a.weight)) {
      const row = document.createElement("tr");
      row.append(make("th", line.title, { scope: "row" }), make("td", line.weight));
      row.append(
        ...keys.map((key) => make("td", `${shown(line, line.values[key])} (${line.scores[key].toFixed(2)})`)),
      );
      body.append(row);
    }
    const top = document.createElement("thead");
    top.append(head);
    table.append(top, body);
    box.append(table);
    return box;
  }

  function tipped(found) {
    const list = document.createElement("ul");
    list.className = "tips";
    for (const tip of found.tips) {
      const question = sheet.questions[tip.question];
      const text = `${question.asks} “${question.answers[tip.answer].title}” would bring ${sheet.names[tip.first]} to the top.`;
      list.append(make("li", text, { "data-tip": `${tip.question}.${tip.answer}.${tip.first}` }));
    }
    return list;
  }

  function show() {
    const data = new FormData(form);
    const given = Object.keys(sheet.questions).map((key) => [key, data.get(key)]);
    const answers = Object.fromEntries(given.filter(([, value]) => value));
    const without = data.getAll("without");
    const found = choice(sheet, answers, without);
    told.dataset.clear = String(found.clear);
    told.dataset.margin = String(found.margin);
    told.replaceChildren(make("p", verdict(found), { class: "answer" }), ranked(found));
    detail.replaceChildren(notes(found));
    if (!found.ranking.length) return;
    detail.append(numbers(found), make("h3", "What would tip it"));
    detail.append(
      found.tips.length
        ? tipped(found)
        : make("p", "No other answer to a single question would bring another one to the top."),
    );
  }

  document.getElementById("choose-without").hidden = true;
  form.hidden = false;
  form.addEventListener("change", show);
  form.addEventListener("reset", () => setTimeout(show));
  for (const button of form.querySelectorAll("[data-profile]")) {
    button.addEventListener("click", () => {
      form.reset();
      const { answers } = sheet.profiles[Number(button.dataset.profile)];
      for (const [key, answer] of Object.entries(answers)) form.elements[key].value = answer;
      show();
    });
  }
  show();
})();
