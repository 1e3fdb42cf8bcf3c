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
