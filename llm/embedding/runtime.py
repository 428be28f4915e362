"""The one door to OpenVINO, opened so that nothing is reported to its maker."""

from __future__ import annotations

import sys

# Importing OpenVINO imports its converter of models, and that reports the import to its maker over the network and
# leaves a file in the user's home. We convert nothing; with the converter barred, OpenVINO imports without a word.
sys.modules.setdefault("openvino.tools.ovc", None)  # type: ignore[arg-type]

import openvino  # noqa: E402
from openvino import opset13 as op  # noqa: E402

__all__ = ["op", "openvino"]
