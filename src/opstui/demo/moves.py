"""The story of `churn-service`: three people, six local branches, a few weeks."""

from __future__ import annotations

from opstui.demo.story import (
    ANA,
    BEN,
    CHAO,
    Begin,
    Commit,
    DeleteLocal,
    DeleteRemote,
    Edit,
    Merge,
    Move,
    Push,
    StepBack,
    Switch,
)

DAY = 24.0

FOUNDING: tuple[Move, ...] = (
    Commit("founding", ANA, 24 * DAY, "Make up customers and turn them into numbers", (
        "README.md", ".gitignore", "churn/__init__.py", "churn/data.py", "churn/features.py",
        "tests/__init__.py", "tests/test_data.py", "tests/test_features.py",
    )),
    Commit("metrics", ANA, 23.8 * DAY, "Measure with AUC and log loss, without dependencies", (
        "churn/metrics.py", "tests/test_metrics.py",
    )),
    Commit("baseline", BEN, 21.2 * DAY, "Train a logistic regression and log it to MLflow", (
        "train.py", "requirements.txt",
    )),
    Commit("ci", BEN, 21.1 * DAY, "Run the tests on every commit", (".ci/run",)),
    Commit("serve", CHAO, 17.4 * DAY, "Serve scores over HTTP", (
        "churn/serve.py", "tests/test_serve.py", "Dockerfile",
    )),
    Push(),
)

THRESHOLD: tuple[Move, ...] = (
    Begin("feature/threshold-tuning", "serve"),
    Commit("threshold", CHAO, 15.2 * DAY, "Call fewer customers: threshold 0.6", edits=(
        Edit("churn/serve.py", "THRESHOLD = 0.5\n", "THRESHOLD = 0.6\n"),
    )),
    Commit("threshold-test", CHAO, 14.9 * DAY, "Test the threshold's edge", edits=(
        Edit("tests/test_serve.py", "", (
            "\n    def test_the_threshold_itself_gets_a_call(self):\n"
            "        self.assertEqual(decide(0.6), \"call\")\n"
            "        self.assertEqual(decide(0.59), \"leave\")\n"
        )),
    )),
    Push(),
)

CLIPPING: tuple[Move, ...] = (
    Switch("main"),
    Commit("clip", ANA, 12.6 * DAY, "Clip monthly charges that billing got wrong", edits=(
        Edit("churn/features.py", "NAMES = (", "HIGHEST_CHARGE = 150.0\nNAMES = ("),
        Edit("churn/features.py", "        float(customer.monthly_charge),\n",
             "        min(float(customer.monthly_charge), HIGHEST_CHARGE),\n"),
        Edit("tests/test_features.py", "", (
            "\n    def test_absurd_charges_are_clipped(self):\n"
            "        one = Customer(3.0, 1200.0, 2, 1, 12, True)\n"
            "        self.assertEqual(vector(one)[1], 150.0)\n"
        )),
    )),
    Merge("threshold-merged", "feature/threshold-tuning", ANA, 11.7 * DAY),
    Push(),
)

BOOSTING: tuple[Move, ...] = (
    Commit("boosting", BEN, 8.3 * DAY, "Add gradient boosting beside the linear model", edits=(
        Edit("train.py", "from sklearn.linear_model",
             "from sklearn.ensemble import GradientBoostingClassifier\nfrom sklearn.linear_model"),
        Edit("train.py", '    parser.add_argument("--scaler"', (
            '    parser.add_argument("--model", choices=("sgd", "boosting"), default="sgd")\n'
            '    parser.add_argument("--depth", type=int, default=2, help="of boosted trees")\n'
            '    parser.add_argument("--scaler"')),
        Edit("train.py", "def latency(", (
            "def train_boosting(options: argparse.Namespace, x, y, test_x, test_y):\n"
            '    """Boosted trees, tree by tree."""\n'
            "    model = GradientBoostingClassifier(\n"
            "        n_estimators=options.epochs, max_depth=options.depth, subsample=0.8,\n"
            "        learning_rate=options.rate * 10, random_state=options.seed).fit(x, y)\n"
            "    for epoch, scores in enumerate(model.staged_predict_proba(test_x), 1):\n"
            "        log_scores(test_y, scores[:, 1].tolist(), epoch)\n"
            "    return model\n\n\n"
            "def latency(")),
        Edit("train.py", "        model = train_sgd(options",
             '        train = train_boosting if options.model == "boosting" else train_sgd\n'
             "        model = train(options"),
    )),
    Push(),
)

QUANTILES: tuple[Move, ...] = (
    Begin("feature/quantile-scaler", "boosting"),
    Commit("quantile", BEN, 4.2 * DAY, "Offer a quantile scaler", edits=(
        Edit("train.py", "import FunctionTransformer, StandardScaler",
             "import FunctionTransformer, QuantileTransformer, StandardScaler"),
        Edit("train.py", '"none": FunctionTransformer}',
             '"none": FunctionTransformer,\n           "quantile": quantiles}'),
        Edit("train.py", "SCALERS = {", (
            "\ndef quantiles() -> QuantileTransformer:\n"
            '    """Ranks instead of values, so that nothing is far off."""\n'
            '    return QuantileTransformer(n_quantiles=100, output_distribution="normal")\n\n\n'
            "SCALERS = {")),
    )),
    Push(),
    Commit("quantile-review", ANA, 2.9 * DAY, "Name the scalers in the README", edits=(
        Edit("README.md", "", "\nScalers: standard, quantile, none.\n"),
    )),
    Push(),
    StepBack(),
    Commit("quantile-default", BEN, 1.1 * DAY, "Make the quantile scaler the default", edits=(
        Edit("train.py", 'default="standard")', 'default="quantile")'),
    )),
)

MISSING: tuple[Move, ...] = (
    Begin("fix/nan-input", "boosting"),
    Commit("nan-data", ANA, 30.0, "Charges can be missing, as they are in billing", edits=(
        Edit("churn/data.py", "        calls = min(", (
            "        if chance.random() < 0.02:\n            charge = math.nan\n"
            "        calls = min(")),
    )),
    Commit("nan-test", ANA, 5.5, "Test that a missing charge is filled in", edits=(
        Edit("tests/test_features.py", "", (
            "\n    def test_a_missing_charge_becomes_the_usual_one(self):\n"
            "        one = Customer(3.0, math.nan, 2, 1, 12, True)\n"
            "        self.assertEqual(vector(one)[1], 60.0)\n"
        )),
    )),
    Push(),
)

SIDE: tuple[Move, ...] = (
    Begin("experiment/boosting-depth", "boosting"),
    Commit("deep", CHAO, 20.0, "Try deeper trees by default", edits=(
        Edit("train.py", 'default=2, help="of boosted', 'default=3, help="of boosted'),
    )),
    Begin("chore/docker-user", "boosting"),
    Commit("docker-user", CHAO, 6.8 * DAY, "Don't serve as root", edits=(
        Edit("Dockerfile", "CMD [", "USER 1000\nCMD ["),
    )),
    Push(),
    DeleteRemote("chore/docker-user"),
    Begin("feature/explanations", "boosting"),
    Commit("explain", CHAO, 3.6 * DAY, "Say which number weighed most", edits=(
        Edit("churn/features.py", "", (
            "\n\ndef heaviest(weights: list[float], row: list[float]) -> str:\n"
            '    """The feature that pushed the score most."""\n'
            "    pushes = [abs(w * x) for w, x in zip(weights, row)]\n"
            "    return NAMES[pushes.index(max(pushes))]\n")),
    )),
    Push(),
    Switch("main"),
    DeleteLocal("feature/explanations"),
)

LATEST: tuple[Move, ...] = (
    Commit("readme", ANA, 2.3 * DAY, "Tell how to train one more model", edits=(
        Edit("README.md", "", (
            "\n## Train one more model\n\n"
            "    python train.py --C 0.5 --run-name my-run --register\n\n"
            "`MLFLOW_TRACKING_URI` says where it is logged. In the folder above this one the demo\n"
            "put a script, `train`, which sets it and starts the right Python:\n\n"
            "    ../train --model boosting --depth 4 --run-name my-run --register\n")),
    )),
    Commit("policy", ANA, 2.1 * DAY, "Say what must be so before a model serves", (
        ".opstui.toml",
    )),
    Push(),
    Commit("health", CHAO, 9.0, "Answer health checks without touching the model", edits=(
        Edit("churn/serve.py", "    def do_POST(self)", (
            "    def do_GET(self) -> None:\n"
            '        """Health checks."""\n'
            '        self.answer({"ok": True})\n\n'
            "    def do_POST(self)")),
    )),
    Commit("port", CHAO, 3.2, "Take the port from the environment", edits=(
        Edit("churn/serve.py", "import json\n", "import json\nimport os\n"),
        Edit("churn/serve.py", "    main()\n", '    main(int(os.environ.get("PORT", "8080")))\n'),
    )),
)

MOVES: tuple[Move, ...] = (
    *FOUNDING, *THRESHOLD, *CLIPPING, *BOOSTING, *QUANTILES, *MISSING, *SIDE, *LATEST,
)
