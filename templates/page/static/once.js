// A form that works once is sent once, however often its button is touched.

for (const form of document.forms) {
  form.addEventListener("submit", () => {
    const button = form.querySelector("button");
    form.querySelector("[role=status]").textContent = button.dataset.then;
    setTimeout(() => { button.disabled = true; });
  });
}
