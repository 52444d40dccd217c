"""Who may do what: the one table that every door is walked with.

    yes   done                              no    not-allowed
    none  item-not-found: it is hidden or missing, and both look the same
    over  unexpected-request: it is finished
    who   forbidden: not even known

The lists are `news` (open, the default, names the publisher), `weather` (open),
`rules` (mandatory), `club` (on request, and somebody waits for it), `staff` (closed),
and `board` (closed, names the publisher; the user stands on it), all of them the
configuration file's. `made` was made by command. There is no list `nothing`. Who
joins `club` waits to be let in, and is not answered before.

`open` is of maintenance, `upkeep` of what was opened: it has begun, or is over.

What is answered waits for the caller (`own`), or for another.

`friend` is of a second domain that is trusted, `stranger` of one that is not;
`itself` is an address of the service's own.
"""

from dataclasses import dataclass

CALLERS = (
    "admin", "publisher", "auditor", "user", "friend", "stranger", "itself"
)  # fmt: skip

_TABLE = """
                              admin publisher auditor user friend stranger itself

announce  news                yes   yes       no      no   no     who      who
announce  weather             yes   no        no      no   no     who      who
announce  rules               yes   no        no      no   no     who      who
announce  club                yes   no        no      no   no     who      who
announce  staff               yes   none      no      none none   who      who
announce  board               yes   yes       no      no   none   who      who
announce  nothing             none  none      none    none none   who      who
announce  news-urgently       yes   no        no      no   no     who      who
announce  the-service         yes   yes       no      no   no     who      who
announce  single-people       yes   no        no      no   no     who      who
announce  itself-as-a-person  no    no        no      no   no     who      who
announce  another-person      no    no        no      no   no     who      who

try       on-myself           yes   yes       no      no   no     who      who
try       on-another          yes   no        no      no   no     who      who

query     own                 yes   yes       yes     yes  yes    who      who
query     others              yes   none      yes     none none   who      who
query     others-personal     yes   none      yes     none none   who      who
query     missing             none  none      none    none none   who      who
query     others-missing      none  none      none    none none   who      who
query     everything          yes   yes       yes     yes  yes    who      who

cancel    own                 yes   yes       yes     yes  yes    who      who
cancel    own-finished        over  over      over    over over   who      who
cancel    others              yes   none      no      none none   who      who
cancel    others-personal     yes   none      no      none none   who      who
cancel    others-finished     over  none      no      none none   who      who
cancel    missing             none  none      none    none none   who      who
cancel    others-missing      none  none      none    none none   who      who

look      own                 yes   yes       yes     yes  yes    who      who
look      others              yes   none      yes     none none   who      who
look      missing             none  none      none    none none   who      who

pause     own                 yes   yes       yes     yes  yes    who      who
pause     own-finished        over  over      over    over over   who      who
pause     others              yes   none      no      none none   who      who
pause     others-personal     yes   none      no      none none   who      who
pause     others-finished     over  none      no      none none   who      who
pause     missing             none  none      none    none none   who      who

resume    own                 yes   yes       yes     yes  yes    who      who
resume    own-finished        over  over      over    over over   who      who
resume    own-held            yes   no        no      no   no     who      who
resume    others              yes   none      no      none none   who      who
resume    others-personal     no    none      no      none none   who      who
resume    others-finished     over  none      no      none none   who      who
resume    missing             none  none      none    none none   who      who

skip      own                 yes   yes       yes     yes  yes    who      who
skip      own-finished        over  over      over    over over   who      who
skip      others              yes   none      no      none none   who      who
skip      others-personal     no    none      no      none none   who      who
skip      others-finished     over  none      no      none none   who      who
skip      missing             none  none      none    none none   who      who

send-now  own                 yes   yes       yes     yes  yes    who      who
send-now  own-finished        over  over      over    over over   who      who
send-now  own-held            yes   no        no      no   no     who      who
send-now  others              yes   none      no      none none   who      who
send-now  others-personal     no    none      no      none none   who      who
send-now  others-finished     over  none      no      none none   who      who
send-now  missing             none  none      none    none none   who      who

unskip    own                 yes   yes       yes     yes  yes    who      who
unskip    own-finished        over  over      over    over over   who      who
unskip    others              yes   none      no      none none   who      who
unskip    others-personal     no    none      no      none none   who      who
unskip    others-finished     over  none      no      none none   who      who
unskip    missing             none  none      none    none none   who      who

edit      own                 yes   yes       yes     yes  yes    who      who
edit      own-finished        over  over      over    over over   who      who
edit      others              yes   none      no      none none   who      who
edit      others-personal     no    none      no      none none   who      who
edit      others-finished     over  none      no      none none   who      who
edit      missing             none  none      none    none none   who      who

sent      list                yes   yes       yes     yes  yes    who      who
sent      show                yes   yes       yes     none none   who      who
sent      show-weather        yes   none      yes     none none   who      who
sent      show-test           yes   none      yes     none none   who      who
sent      show-missing        none  none      none    none none   who      who
sent      failures            yes   yes       yes     none none   who      who
sent      failures-missing    none  none      none    none none   who      who
sent      conditions          yes   yes       yes     none none   who      who
sent      conditions-missing  none  none      none    none none   who      who

stop      sending             yes   no        no      none none   who      who
stop      finished            over  none      no      none none   who      who
stop      missing             none  none      none    none none   who      who
stop      all                 yes   no        no      no   no     who      who

halt      look                yes   no        yes     no   no     who      who
halt      stop                yes   no        no      no   no     who      who
halt      resume              yes   no        no      no   no     who      who

retry     finished            yes   none      no      none none   who      who
retry     missing             none  none      none    none none   who      who

open      news                yes   yes       no      no   no     who      who
open      weather             yes   no        no      no   no     who      who
open      staff               yes   none      no      none none   who      who
open      nothing             none  none      none    none none   who      who

upkeep    list                yes   yes       yes     yes  yes    who      who
upkeep    look-own            yes   yes       yes     yes  yes    who      who
upkeep    look-others         yes   none      yes     none none   who      who
upkeep    look-missing        none  none      none    none none   who      who
upkeep    change-own          yes   yes       no      no   no     who      who
upkeep    change-own-over     over  over      no      no   no     who      who
upkeep    change-others       yes   none      no      none none   who      who
upkeep    change-others-over  over  none      no      none none   who      who
upkeep    change-missing      none  none      none    none none   who      who
incident  list                yes   yes       yes     yes  yes    who      who
incident  open                yes   yes       no      no   no     who      who
incident  open-weather        yes   no        no      no   no     who      who
incident  open-nothing        none  none      none    none none   who      who
incident  open-urgently       yes   no        no      no   no     who      who
incident  show                yes   yes       yes     none none   who      who
incident  show-weather        yes   none      yes     none none   who      who
incident  show-missing        none  none      none    none none   who      who
incident  update              yes   yes       no      none none   who      who
incident  update-weather      yes   none      no      none none   who      who
incident  update-resolved     over  over      no      none none   who      who
incident  update-missing      none  none      none    none none   who      who
incident  resolve             yes   yes       no      none none   who      who
incident  resolve-missing     none  none      none    none none   who      who
amend     look                yes   no        no      none none   who      who
amend     draft               yes   no        no      none none   who      who
amend     correct             yes   no        no      none none   who      who
amend     correct-weather     yes   none      no      none none   who      who
amend     correct-missing     none  none      none    none none   who      who
amend     look-at-retraction  yes   no        no      none none   who      who
amend     retract             yes   no        no      none none   who      who
amend     retract-weather     yes   none      no      none none   who      who
amend     retract-missing     none  none      none    none none   who      who

tell      who-was-told        yes   yes       no      no   no     who      who
tell      told-of-weather     yes   no        no      no   no     who      who
tell      who-had-a-test      yes   none      no      no   no     who      who
tell      told-of-nothing     none  none      no      no   no     who      who

people    list                yes   no        yes     no   no     who      who
people    list-of-nothing     none  no        none    no   no     who      who
people    suspended           yes   no        yes     no   no     who      who
people    show                yes   no        yes     no   no     who      who
people    suspended-anywhere  yes   no        yes     no   no     who      who
people    restore             yes   no        no      no   no     who      who
people    restore-nobody      none  no        no      no   no     who      who
people    add                 yes   no        no      no   no     who      who
people    add-to-nothing      none  no        no      no   no     who      who
people    remove              yes   no        no      no   no     who      who
people    remove-nobody       none  no        no      no   no     who      who

roles     list                yes   no        yes     no   no     who      who
roles     add                 yes   no        no      no   no     who      who
roles     add-to-nothing      none  no        no      no   no     who      who
roles     remove              yes   no        no      no   no     who      who
roles     remove-nobody       none  no        no      no   no     who      who

consent   look                yes   yes       yes     yes  yes    who      who
consent   look-others         no    no        no      no   no     who      who
consent   set                 yes   yes       yes     yes  yes    who      who
consent   set-others          no    no        no      no   no     who      who

my-data   look                yes   yes       yes     yes  yes    who      who
my-data   look-others         no    no        no      no   no     who      who
my-data   export              yes   yes       yes     yes  yes    who      who
my-data   export-others       no    no        no      no   no     who      who
my-data   forget              yes   yes       yes     yes  yes    who      who
my-data   forget-others       no    no        no      no   no     who      who
prefer    look                yes   yes       yes     yes  yes    who      who
prefer    look-others         yes   no        no      no   no     who      who
prefer    set                 yes   yes       yes     yes  yes    who      who
prefer    set-others          yes   no        no      no   no     who      who

requests  list                yes   yes       yes     yes  yes    who      who

answer    own                 yes   yes       yes     yes  yes    who      who
answer    own-over            none  none      none    none none   who      who
answer    others              none  none      none    none none   who      who
answer    missing             none  none      none    none none   who      who

welcome   look                yes   no        yes     no   no     who      who
welcome   set                 yes   no        no      no   no     who      who
welcome   remove              yes   no        no      no   no     who      who
welcome   set-of-nothing      none  no        no      no   no     who      who
arrange   create              yes   no        no      no   no     who      who
arrange   change              yes   no        no      no   no     who      who
arrange   change-the-files    no    no        no      no   no     who      who
arrange   change-nothing      none  no        no      no   no     who      who
arrange   look                yes   no        no      no   no     who      who
arrange   retire              yes   no        no      no   no     who      who
arrange   retire-the-files    no    no        no      no   no     who      who
arrange   retire-nothing      none  no        no      no   no     who      who

places    mine                yes   yes       yes     yes  yes    who      who
places    mine-of-others      no    no        no      no   no     who      who
places    join-news           yes   yes       yes     yes  yes    who      who
places    join-rules          yes   yes       yes     yes  yes    who      who
places    join-club           yes   yes       yes     yes  yes    who      who
places    join-staff          no    none      no      none none   who      who
places    join-board          no    no        no      yes  none   who      who
places    join-nothing        none  none      none    none none   who      who
places    join-for-others     no    no        no      no   no     who      who
places    leave-news          yes   yes       yes     yes  yes    who      who
places    leave-rules         no    no        no      no   no     who      who
places    leave-staff         yes   none      yes     none none   who      who
places    leave-board         yes   yes       yes     yes  none   who      who
places    leave-nothing       none  none      none    none none   who      who
places    leave-for-others    no    no        no      no   no     who      who

waiting   all                 yes   no        yes     no   no     who      who
waiting   list                yes   no        yes     no   no     who      who
waiting   list-of-nothing     none  no        none    no   no     who      who
waiting   approve             yes   no        no      no   no     who      who
waiting   approve-nobody      none  no        no      no   no     who      who
waiting   refuse              yes   no        no      no   no     who      who
waiting   refuse-nobody       none  no        no      no   no     who      who

audit     list                yes   no        yes     no   no     who      who
audit     export              yes   no        yes     no   no     who      who

join      news                yes   yes       yes     yes  yes    who      who
join      weather             yes   yes       yes     yes  yes    who      who
join      rules               yes   yes       yes     yes  yes    who      who
join      club                yes   yes       yes     yes  yes    who      who
join      staff               no    none      no      none none   who      who
join      board               no    no        no      yes  none   who      who
join      nothing             none  none      none    none none   who      who
join      the-service         yes   yes       yes     yes  yes    who      who

leave     news                yes   yes       yes     yes  yes    yes      yes
leave     rules               yes   yes       yes     yes  yes    yes      yes
leave     staff               yes   yes       yes     yes  yes    yes      yes
leave     nothing             yes   yes       yes     yes  yes    yes      yes
"""


@dataclass(frozen=True, slots=True)
class Cell:
    caller: str
    verb: str
    what: str
    verdict: str

    def __str__(self) -> str:
        return f"{self.caller}: {self.verb} {self.what}"


def cells(*verbs: str) -> list[Cell]:
    """Every cell of these verbs (all, where none is named), row by row."""
    found = []
    heading, *rows = filter(None, map(str.split, _TABLE.splitlines()))
    assert tuple(heading) == CALLERS
    for verb, what, *verdicts in rows:
        assert len(verdicts) == len(CALLERS), (verb, what)
        assert set(verdicts) <= {"yes", "no", "none", "over", "who"}, (verb, what)
        if not verbs or verb in verbs:
            found += [
                Cell(caller, verb, what, verdict)
                for caller, verdict in zip(CALLERS, verdicts, strict=True)
            ]
    return found
