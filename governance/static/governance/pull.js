/* A pull's list: tick all or none, how many are ticked, whole versions. It works without. */
"use strict";

for (const form of document.querySelectorAll("form.kb-pull")) {
    const boxes = [...form.querySelectorAll("input[name=chosen]")];
    const tell = (name, ticked) => {
        const told = form.querySelector(`[data-${name}]`);
        if (told) told.textContent = ticked.length;
    };

    /* Where the whole version is ticked, its passages go with it. */
    const settle = () => {
        for (const found of form.querySelectorAll("[data-found]")) {
            const whole = found.querySelector("[data-whole]");
            found.classList.toggle("kb-goes-whole", Boolean(whole && whole.checked));
        }
        const ticked = boxes.filter((box) => box.checked);
        tell("ticked", ticked);
        tell("wholes", ticked.filter((box) => box.matches("[data-whole]")));
        tell("singles", ticked.filter((box) => !box.closest(".kb-goes-whole")));
    };

    for (const button of form.querySelectorAll("[data-tick]")) {
        button.addEventListener("click", () => {
            const isTicked = button.dataset.tick === "all";
            for (const box of boxes) box.checked = isTicked && (!box.matches("[data-whole]") || box.defaultChecked);
            settle();
        });
    }
    form.addEventListener("change", settle);
    for (const ticks of form.querySelectorAll(".kb-ticks")) ticks.hidden = false;
    settle();
}
