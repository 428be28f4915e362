"""Texts to vectors: which encoder does it is one setting."""

from __future__ import annotations

import functools
from pathlib import Path
from urllib.parse import urlsplit

from llm.embedding.encoder import Encoder, Rows, Unavailable
from llm.embedding.profile import Profile

__all__ = ["Encoder", "Profile", "Rows", "Unavailable", "choose"]


def choose(
    setting: str | None, home: Path, *, precision: str = "auto", api_key: str | None = None
) -> Encoder:
    """The encoder that `EMBEDDING_MODEL` asks for; nothing is loaded or called before its first
    use.

    `precision` is for models run here: `f32`, `bf16`, or `auto` for `bf16` where the processor
    has it. ValueError, with one sentence, where the setting is nonsense, asks for what is not
    installed, or for a precision that there is not.
    """
    if not setting:
        return _shipped(home, precision)
    if urlsplit(setting).scheme in {"http", "https"}:
        from llm.embedding.endpoint import EndpointEncoder

        _refuse(precision, ("auto",), "an endpoint calculates as it will")
        return EndpointEncoder(setting, api_key)
    folder = Path(setting).expanduser()
    if (folder / "config.json").is_file() or (folder / "modules.json").is_file():
        return _from_folder(folder, precision)
    raise ValueError(
        f"EMBEDDING_MODEL is {setting!r}, neither the folder of a sentence-transformers model nor "
        "the http(s) URL of an OpenAI-compatible endpoint."
    )


# Imported where they are needed: each takes a part of a second, and most commands embed nothing.
def _shipped(home: Path, precision: str) -> Encoder:
    from llm.embedding import shipped
    from llm.embedding.openvino_encoder import OpenVinoEncoder

    return OpenVinoEncoder(functools.partial(shipped.folder, home), precision)


def _from_folder(folder: Path, precision: str) -> Encoder:
    from llm.embedding.folder import NotOurs, describe

    try:
        describe(folder)
    except NotOurs as reason:
        from llm.embedding.reference import ReferenceEncoder

        _refuse(precision, ("auto", "f32"), "sentence-transformers calculates in f32")
        return ReferenceEncoder(folder, why=str(reason))
    from llm.embedding.openvino_encoder import OpenVinoEncoder

    return OpenVinoEncoder(lambda: folder, precision)


def _refuse(precision: str, unless: tuple[str, ...], why: str) -> None:
    if precision not in unless:
        raise ValueError(f"EMBEDDING_PRECISION cannot be {precision} here: {why}.")
