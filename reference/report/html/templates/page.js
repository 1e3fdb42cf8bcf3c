for (const button of document.querySelectorAll("button[data-copies]")) {
  const text = document.getElementById(button.dataset.copies).textContent;
  const said = document.getElementById(button.getAttribute("aria-describedby"));
  const byHand = () => {
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    button.focus();
    return done ? Promise.resolve() : Promise.reject(new Error("not copied"));
  };
  button.hidden = false;
  button.addEventListener("click", () => {
    const way = navigator.clipboard ? navigator.clipboard.writeText(text).catch(byHand) : byHand();
    way.then(() => { said.textContent = "copied"; }, () => { said.textContent = "select the text and copy it"; });
  });
}
for (const table of document.querySelectorAll("table.sortable")) {
  const body = table.tBodies[0];
  const told = table.querySelector(".sorts");
  told.hidden = false;
  [...table.tHead.rows[0].cells].forEach((heading, column) => {
    const button = document.createElement("button");
    button.textContent = heading.textContent;
    heading.replaceChildren(button);
    button.addEventListener("click", () => {
      const up = heading.getAttribute("aria-sort") !== "ascending";
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      heading.setAttribute("aria-sort", up ? "ascending" : "descending");
      const text = (row) => row.cells[column].textContent;
      const order = (a, b) => text(a).localeCompare(text(b), "en", { numeric: true });
      body.append(...[...body.rows].sort((a, b) => (up ? order(a, b) : order(b, a))));
    });
  });
}
