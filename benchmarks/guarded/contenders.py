"""Who is measured with policies, and who without: the list of contenders."""

from side_by_side.contenders import Contender, Measure

STOCK, PILE, PLAN = "celery threads", "hand-stacked", "guarded async"

EXECUTED = (Measure.NOOP, Measure.PACED)
STACKED = (
    *(Measure.COMMANDS, Measure.STACK, Measure.STACK_ASYNC, Measure.CROWD),
    *(Measure.HIT, Measure.REPLAY),
)
HOLDS = {Measure.HOLDS_10: 10, Measure.HOLDS_1000: 1000, Measure.HOLDS_10000: 10_000}

CONTENDERS = (
    Contender(STOCK, "on_celery", "threads", measures=EXECUTED),
    Contender(PILE, "on_hand_stacked", measures=(*EXECUTED, *STACKED), baseline=PILE),
    Contender(
        PLAN,
        "on_guarded",
        "async",
        measures=(*EXECUTED, *STACKED, *HOLDS),
        baseline=PILE,
        ours=True,
    ),
)
