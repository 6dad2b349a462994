(() => {
  "use strict";
  const root = document.documentElement;
  const button = document.getElementById("theme");
  const system = matchMedia("(prefers-color-scheme: dark)");
  const dark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);
  const label = () => { button.textContent = dark() ? "Light" : "Dark"; };
  button.hidden = false;
  button.addEventListener("click", () => { root.dataset.theme = dark() ? "light" : "dark"; label(); });
  system.addEventListener("change", label);
  label();

  // Folded parts are printed too.
  addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((d) => { d.open = true; }));
  // On a narrow screen the contents would push the results off the first page.
  if (matchMedia("(max-width: 62rem)").matches) document.querySelector(".toc details").open = false;
  // A link into a folded part opens it.
  const reveal = () => {
    let part = location.hash && document.getElementById(location.hash.slice(1));
    for (; part; part = part.parentElement) if (part.tagName === "DETAILS") part.open = true;
  };
  addEventListener("hashchange", reveal);
  reveal();

  for (const table of document.querySelectorAll("main table")) {
    const body = table.tBodies[0];
    const heads = [...table.tHead.rows[0].cells];
    const key = (row, i) => {
      const cell = row.cells[i];
      if (cell.querySelector(".missing")) return null;
      return cell.dataset.v === undefined ? cell.textContent.trim() : Number(cell.dataset.v);
    };
    if (body.rows.length > 3) heads.forEach((head, i) => {
      const sorter = document.createElement("button");
      sorter.type = "button";
      sorter.title = "Sort";
      sorter.append(...head.childNodes);
      head.append(sorter);
      sorter.addEventListener("click", () => {
        const up = head.getAttribute("aria-sort") !== "ascending";
        heads.forEach((h) => h.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", up ? "ascending" : "descending");
        const rows = [...body.rows].map((row) => [key(row, i), row]);
        // Missing values stay at the end.
        rows.sort(([a], [b]) => {
          if (a === null || b === null) return (a === null) - (b === null);
          const order = typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), undefined, { numeric: true });
          return up ? order : -order;
        });
        body.append(...rows.map(([, row]) => row));
      });
    });
    if (table.classList.contains("long")) {
      const field = document.createElement("label");
      field.className = "filter";
      const input = document.createElement("input");
      input.type = "search";
      field.append("Show rows with", input);
      input.addEventListener("input", () => {
        const words = input.value.toLowerCase();
        for (const row of body.rows) row.hidden = !row.textContent.toLowerCase().includes(words);
      });
      table.closest(".table").prepend(field);
    }
  }
})();
