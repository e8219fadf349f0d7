"use strict";
// Panels that stand below each other become tabs: arrows, Home and End move between them.
(() => {
  function become(group) {
    const panels = [...group.querySelectorAll(":scope > .panel")];
    if (panels.length < 2) return;
    const list = document.createElement("div");
    list.setAttribute("role", "tablist");
    list.setAttribute("aria-label", group.dataset.label);
    const tabs = panels.map((panel) => {
      const tab = document.createElement("button");
      tab.type = "button";
      tab.id = `${panel.id}-tab`;
      tab.textContent = panel.dataset.title;
      tab.setAttribute("role", "tab");
      tab.setAttribute("aria-controls", panel.id);
      panel.setAttribute("role", "tabpanel");
      panel.setAttribute("aria-labelledby", tab.id);
      panel.querySelector(".panel-title").hidden = true;
      list.append(tab);
      return tab;
    });
    const select = (at, focus) => {
      tabs.forEach((tab, index) => {
        tab.setAttribute("aria-selected", String(index === at));
        tab.tabIndex = index === at ? 0 : -1;
        panels[index].hidden = index !== at;
      });
      if (focus) tabs[at].focus();
    };
    list.addEventListener("click", (event) => {
      const at = tabs.indexOf(event.target);
      if (at >= 0) select(at, false);
    });
    list.addEventListener("keydown", (event) => {
      const at = tabs.indexOf(document.activeElement);
      const last = tabs.length - 1;
      const to = {
        ArrowRight: at === last ? 0 : at + 1,
        ArrowLeft: at === 0 ? last : at - 1,
        Home: 0,
        End: last,
      }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      select(to, true);
    });
    panels[0].before(list);
    select(0, false);
  }
  document.querySelectorAll(".tabs").forEach(become);
})();
