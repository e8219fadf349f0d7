// The ranking, as choice.py makes it: the same steps in the same order. It knows the sheet alone.
const choice = (() => {
  const round = (points) => Math.floor(points * 1e6 + 0.5) / 1e6;

  function score(rule, span, value, best) {
    if (rule === "cost") return Math.max(0, 1 - Math.log(value / best) / Math.log(span));
    if (rule === "reach") return Math.max(0, 1 - Math.log(best / value) / Math.log(span));
    if (rule === "present") return value > 0 ? 1 : 0;
    if (rule === "absent") return value > 0 ? 0 : 1;
    return value;
  }

  function width(rule, span, metric) {
    if (rule === "cost" || rule === "reach") {
      return Math.log(metric.high / metric.low) / Math.log(span);
    }
    return metric.high - metric.low;
  }

  function weigh(sheet, answers) {
    const weights = new Map();
    for (const [question, table] of Object.entries(sheet.questions)) {
      if (!(question in answers)) continue;
      for (const [key, weight] of Object.entries(table.answers[answers[question]].weights)) {
        weights.set(key, (weights.get(key) ?? 0) + weight);
      }
    }
    return weights;
  }

  function requirements(sheet, answers, candidates) {
    const ruledOut = new Map();
    const says = [];
    const wanted = [];
    for (const [question, table] of Object.entries(sheet.questions)) {
      const key = question in answers ? table.answers[answers[question]].requires : "";
      if (!key) continue;
      const criterion = sheet.criteria[key];
      wanted.push(criterion.title);
      for (const name of candidates) {
        const metric = criterion.metrics[name];
        if (!metric) {
          says.push(`${sheet.names[name]}: not known whether it meets: ${criterion.title}`);
        } else if (score(criterion.rule, 0, metric.value, 0) === 0 && !ruledOut.has(name)) {
          ruledOut.set(name, criterion.title);
        }
      }
    }
    if (candidates.length && candidates.every((name) => ruledOut.has(name))) {
      says.push(`no framework here meets: ${wanted.join("; ")}. None is ruled out for it`);
      return [new Map(), says];
    }
    return [ruledOut, says];
  }

  function hardlyMeasured(sheet, weights, candidates) {
    const has = (key, name) => name in sheet.criteria[key].metrics;
    const known = [...weights.keys()].filter((key) => candidates.some((name) => has(key, name)));
    const sum = (keys) => keys.reduce((total, key) => total + weights.get(key), 0);
    const total = sum(known);
    return candidates.filter(
      (name) => total && sum(known.filter((key) => !has(key, name))) * 2 >= total,
    );
  }

  function margin(sheet, lines, ranking) {
    if (ranking.length < 2) return { lead: 0, spread: 0, swing: 0 };
    const [[first, most], [second, next]] = ranking;
    const total = lines.reduce((sum, line) => sum + line.weight, 0);
    let squares = 0;
    for (const line of lines) {
      for (const name of [first, second]) {
        const metric = sheet.criteria[line.key].metrics[name];
        squares += ((line.weight * width(line.rule, sheet.spans[line.rule] ?? 0, metric)) / 2) ** 2;
      }
    }
    const parts = lines.map((line) => line.weight * Math.abs(line.scores[first] - line.scores[second]));
    const swing = Math.max(...parts) / 2;
    return {
      lead: round(most - next),
      spread: round((100 * Math.sqrt(squares)) / total),
      swing: round((100 * swing) / total),
    };
  }

  function rank(sheet, answers, without) {
    const weights = weigh(sheet, answers);
    let candidates = Object.keys(sheet.names).filter((name) => !without.includes(name));
    const [ruledOut, says] = requirements(sheet, answers, candidates);
    candidates = candidates.filter((name) => !ruledOut.has(name));
    const unranked = hardlyMeasured(sheet, weights, candidates);
    candidates = candidates.filter((name) => !unranked.includes(name));
    const lines = [];
    const leftOut = [];
    for (const [key, weight] of weights) {
      const criterion = sheet.criteria[key];
      if (candidates.some((name) => !(name in criterion.metrics))) {
        leftOut.push(criterion.title);
        continue;
      }
      const values = Object.fromEntries(candidates.map((name) => [name, criterion.metrics[name].value]));
      const best = (criterion.rule === "reach" ? Math.max : Math.min)(...Object.values(values));
      const span = sheet.spans[criterion.rule] ?? 0;
      const scores = Object.fromEntries(
        candidates.map((name) => [name, score(criterion.rule, span, values[name], best)]),
      );
      const { title, rule, unit } = criterion;
      lines.push({ key, title, rule, unit, weight, values, scores });
    }
    const total = lines.reduce((sum, line) => sum + line.weight, 0);
    const points = (name) =>
      round((100 * lines.reduce((sum, line) => sum + line.weight * line.scores[name], 0)) / total);
    const ranking = total ? candidates.map((name) => [name, points(name)]) : [];
    ranking.sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
    const found = margin(sheet, lines, ranking);
    found.margin = round(found.spread + found.swing);
    const pulls = sheet.contradictions
      .filter((pull) => Object.entries(pull.answers).every(([key, value]) => answers[key] === value))
      .map((pull) => pull.says);
    const clear = ranking.length === 1 || found.lead > found.margin;
    return { ...found, ranking, clear, lines, ruledOut, unranked, leftOut, says: [...pulls, ...says] };
  }

  function tips(sheet, answers, without, found) {
    if (!found.ranking.length) return [];
    const tips = [];
    for (const [question, table] of Object.entries(sheet.questions)) {
      for (const answer of Object.keys(table.answers)) {
        if (answer === answers[question]) continue;
        const other = rank(sheet, { ...answers, [question]: answer }, without);
        if (other.ranking.length && other.ranking[0][0] !== found.ranking[0][0]) {
          tips.push({ question, answer, first: other.ranking[0][0] });
        }
      }
    }
    return tips;
  }

  return (sheet, answers, without) => {
    const found = rank(sheet, answers, without);
    return { ...found, tips: tips(sheet, answers, without, found) };
  };
})();
