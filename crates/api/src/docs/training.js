// Offers the tokens of the training town above the page: one press, and "Try it out" asks as that person.
(async () => {
  const answer = await fetch("training.json");
  if (!answer.ok) return;
  const { town, tokens } = await answer.json();
  if (tokens.length === 0) return;
  const bar = document.getElementById("training");
  bar.append(`${town}（架空の町）の職員として試す / try as a member of staff of a fictional town: `);
  for (const { name, token } of tokens) {
    const button = document.createElement("button");
    button.textContent = name;
    button.onclick = () => {
      window.ui.preauthorizeApiKey("token", token);
      for (const other of bar.querySelectorAll("button")) other.setAttribute("aria-pressed", other === button);
    };
    bar.append(button);
  }
  bar.hidden = false;
})();
