"""Which of the varied values decided how good a trial was, as Optuna estimates it."""

import warnings
from collections.abc import Sequence
from typing import Any

from cnnviz.search.searches import Trial
from cnnviz.search.space import Choice, Range, Space

LEAST_TRIALS = 8
"""Fewer finished trials say nothing about importance."""


def importance(space: Space, trials: Sequence[Trial]) -> dict[str, float]:
    """Return each variable's share of what made trials good, from 0 to 1, the largest first; {} for too few trials.

    Only trials that were finished count. By PED-ANOVA (Watanabe, Bansal and Hutter 2023): how differently the best
    tenth of the trials is spread over a variable than all are. It needs nothing besides Optuna and numpy.

    Args:
        space: what was varied.
        trials: of one search.
    """
    import optuna  # noqa: PLC0415

    finished = [trial for trial in trials if trial.state == "finished" and trial.accuracy is not None]
    common = [name for name in space if all(name in trial.values for trial in finished)]
    if len(finished) < LEAST_TRIALS or len({trial.accuracy for trial in finished}) < 2 or not common:
        return {}
    distributions = {name: _distribution(space[name]) for name in common}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        optuna.logging.set_verbosity(optuna.logging.ERROR)
        study = optuna.create_study(direction="maximize")
        study.add_trials(
            [
                optuna.trial.create_trial(
                    params={name: trial.values[name] for name in common}, distributions=distributions,
                    value=trial.accuracy,
                )
                for trial in finished
            ]
        )  # fmt: skip
        found = optuna.importance.get_param_importances(
            study, evaluator=optuna.importance.PedAnovaImportanceEvaluator(), normalize=True
        )
    return {name: float(share) for name, share in found.items()}


def _distribution(each: Range | Choice) -> Any:
    from optuna import distributions  # noqa: PLC0415

    match each:
        case Choice():
            return distributions.CategoricalDistribution(each.values)
        case Range(whole=True):
            return distributions.IntDistribution(int(each.least), int(each.most), log=each.log)
    return distributions.FloatDistribution(each.least, each.most, log=each.log)
