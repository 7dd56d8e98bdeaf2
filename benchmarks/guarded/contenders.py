"""Who is measured with policies, and who without: the list of contenders."""

from side_by_side.contenders import Contender, Measure

STOCK, PILE, BARE, PLAN = "celery threads", "hand-stacked", "recorded async", "guarded async"

EXECUTED = (Measure.NOOP, Measure.PACED)
IN_ONE_PROCESS = (Measure.STACK, Measure.STACK_ASYNC, Measure.CROWD)
ANSWERED = (Measure.HIT, Measure.REPLAY)
HOLDS = {Measure.HOLDS_10: 10, Measure.HOLDS_1000: 1000, Measure.HOLDS_10000: 10_000}
GUARDED = (*EXECUTED, Measure.COMMANDS, *IN_ONE_PROCESS, *ANSWERED)

CONTENDERS = (
    Contender(STOCK, "on_celery", "threads", measures=EXECUTED, baseline=PILE),
    Contender(PILE, "on_hand_stacked", measures=GUARDED, baseline=PILE),
    Contender(
        "hand-stacked, queued",
        "on_hand_stacked",
        "queued",
        measures=(Measure.STACK,),
        baseline=PILE,
    ),
    Contender(
        BARE,
        "on_guarded",
        "bare",
        measures=(*EXECUTED, *IN_ONE_PROCESS),
        ours=True,
        baseline=PILE,
    ),
    Contender(PLAN, "on_guarded", "guarded", measures=(*GUARDED, *HOLDS), ours=True, baseline=PILE),
)
