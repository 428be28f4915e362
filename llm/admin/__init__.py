"""Pages of the admin about what goes out."""

from governance.admin.addresses import enter
from llm.admin import proposals as proposals
from llm.admin.bench import bench

enter("bench/", bench, "bench")
