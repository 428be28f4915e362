"""What a training set or an adapter may be called: what stands in an address and a command line."""

from __future__ import annotations

import re

from llm.models.training import LONGEST_NAME

NAME = re.compile(rf"\w[\w.-]{{0,{LONGEST_NAME - 1}}}")
