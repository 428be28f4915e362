/* Small comforts. Every page works without them. */
"use strict";

const EVERY_MS = 2000;
const byId = (id) => {
    const data = document.getElementById(id);
    return data ? JSON.parse(data.textContent) : {};
};

/* A form is sent once. The buttons come back with the page. */
function sendOnce(form) {
    const buttons = () => form.querySelectorAll("button[type=submit]");
    form.addEventListener("submit", (event) => {
        if (event.defaultPrevented) return;
        buttons().forEach((button) => { button.disabled = true; });
    });
    window.addEventListener("pageshow", () => buttons().forEach((b) => { b.disabled = false; }));
}

/* A file that is too large is not sent, so that nothing typed is lost. */
function checkSize(input) {
    input.addEventListener("change", () => {
        const file = input.files[0];
        const isLarge = file && file.size > Number(input.dataset.mostBytes);
        input.setCustomValidity(isLarge ? input.dataset.tooLarge : "");
        if (isLarge) input.reportValidity();
    });
    input.form.addEventListener("submit", (event) => {
        if (input.reportValidity && input.validity.customError) {
            event.preventDefault();
            input.reportValidity();
        }
    }, true);
}

/* Says beside a number what one of its kind looks like. */
function showExamples(row) {
    const examples = byId("identifier-examples");
    const kind = row.querySelector("[data-kind]");
    const place = row.querySelector("[data-example]");
    const show = () => {
        const example = examples[kind.value];
        place.textContent = example ? `${place.dataset.words}: ${example}` : "";
    };
    kind.addEventListener("change", show);
    show();
}

function addRows(fieldset) {
    const rows = fieldset.querySelector("[data-rows]");
    const total = fieldset.querySelector("[name$=TOTAL_FORMS]");
    const blank = fieldset.querySelector("template[data-row]");
    fieldset.querySelector("[data-add-row]").addEventListener("click", () => {
        const row = document.createElement("div");
        row.innerHTML = blank.innerHTML.replaceAll("__prefix__", total.value);
        total.value = Number(total.value) + 1;
        rows.append(...row.children);
        showExamples(rows.lastElementChild);
    });
    rows.querySelectorAll(".kb-identifier").forEach(showExamples);
}

function showRuleOfClass(select) {
    const rules = byId("class-rules");
    const place = document.querySelector("[data-class-rule]");
    const show = () => { place.textContent = rules[select.value] || ""; };
    select.addEventListener("change", show);
    show();
}

/* Asks how far the file has been read, and loads the page again when that has changed. */
function waitForReading(section) {
    const ask = async () => {
        const answer = await fetch(section.dataset.waitsFor, { headers: { Accept: "application/json" } });
        if (!answer.ok) return;
        const { state } = await answer.json();
        if (state !== section.dataset.state) window.location.reload();
        else window.setTimeout(again, EVERY_MS);
    };
    const again = () => ask().catch(() => window.setTimeout(again, 5 * EVERY_MS));
    window.setTimeout(again, EVERY_MS);
}

document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("input[data-most-bytes]").forEach(checkSize);
    document.querySelectorAll("form.kb-form").forEach(sendOnce);
    document.querySelectorAll("fieldset:has([data-add-row])").forEach(addRows);
    document.querySelectorAll("#id_source_class").forEach(showRuleOfClass);
    document.querySelectorAll("[data-waits-for]").forEach(waitForReading);
    document.querySelectorAll("#id_department[type=text]").forEach((i) => i.setAttribute("list", "departments"));
    document.querySelectorAll("[data-select]").forEach((i) => i.addEventListener("focus", () => i.select()));
});
