/* What is asked for, as it stands in the address; and asking the server. */

const numbers = (told) => (told || "").split(",").filter((each) => /^\d+$/.test(each));
const codes = (told) => (told ? told.split(",").filter(Boolean) : null);
export const NO_TYPE = "-";

export function asked(search) {
    const told = new URLSearchParams(search);
    return {
        centres: numbers(told.get("concept")),
        alone: numbers(told.get("with")),
        types: codes(told.getAll("type").join(",")),
        relations: codes(told.getAll("relation").join(",")),
        lapsed: told.get("lapsed") === "1",
        set: /^\d+$/.test(told.get("set") || "") ? told.get("set") : null,
    };
}

export function query(state) {
    const told = [
        ["concept", state.centres.join(",")],
        ["with", state.alone.join(",")],
        ["type", (state.types || []).join(",")],
        ["relation", (state.relations || []).join(",")],
        ["lapsed", state.lapsed ? "1" : ""],
        ["set", state.set ?? ""],
    ].filter(([, value]) => value);
    return told.map(([name, value]) => `${name}=${value}`).join("&");
}

export const at = (address, search) => (search ? `${address}?${search}` : address);
export const number = (address, pk) => address.replace("/0/", `/${pk}/`);
export const ledFrom = (address, state) =>
    `${address}${address.includes("?") ? "&" : "?"}canvas=${encodeURIComponent(query(state))}`;

export class Away extends Error {}
export class LoggedOut extends Error {}

/* The log-in answers in place of whoever is asked once the session has ended. */
export async function ask(address, read) {
    let answer;
    try {
        answer = await fetch(address, { headers: { "X-Requested-With": "fetch" } });
    } catch { throw new Away(); }
    if (answer.redirected) throw new LoggedOut();
    if (!answer.ok) throw new Away();
    return answer[read]();
}
