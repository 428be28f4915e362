"""Pages of the admin about what goes out."""

from governance.admin.addresses import enter
from llm.admin import evaluation_runs as evaluation_runs
from llm.admin import given
from llm.admin import mirrors as mirrors
from llm.admin import proposals as proposals
from llm.admin import question_sets as question_sets
from llm.admin import questions as questions
from llm.admin import releases as releases
from llm.admin import tickets as tickets
from llm.admin import training_sets as training_sets
from llm.admin import webhooks as webhooks
from llm.admin.bench import bench
from llm.admin.graph_drift import graph_drift

enter("bench/", bench, "bench")
enter("compare-runs/", evaluation_runs.compare_runs, "compare_runs")
enter("graph-drift/", graph_drift, "graph_drift")
enter("given/version/<int:pk>/", given.of_version, "given_version")
enter("given/passage/<int:pk>/", given.of_passage, "given_passage")
enter("given/retrieval/<uuid:pk>/", given.of_usage, "retrieval")
