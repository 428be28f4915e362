"""Pages of the admin about what goes out."""

from governance.admin.addresses import enter
from llm.admin.bench import bench

enter("bench/", bench, "bench")
