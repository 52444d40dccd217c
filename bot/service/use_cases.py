"""The use cases with all they need: the bundle that the desk and every door get."""

from dataclasses import dataclass
from typing import Self

from bot.service.delivery.amending import Amending
from bot.service.delivery.broadcasts import Broadcasts
from bot.service.delivery.outcomes import Outcomes
from bot.service.delivery.planning import Planning
from bot.service.delivery.progress import ChunkProgress
from bot.service.delivery.rearming import Rearming
from bot.service.delivery.renditions import Renditions
from bot.service.delivery.retrying import Retrying
from bot.service.delivery.standstill import Stopping
from bot.service.delivery.windows import Windows
from bot.service.incidents.incidents import Incidents
from bot.service.maintenance.maintenances import Maintenances
from bot.service.people.admittance import Admittance
from bot.service.people.approvals import Approvals
from bot.service.people.consents import Consents
from bot.service.people.holdings import Holdings
from bot.service.ports.outside import Clock, Database, Templates
from bot.service.readers.arranging import Arranging
from bot.service.readers.enrolling import Enrolling
from bot.service.readers.finding import Finding
from bot.service.readers.forgetting import Forgetting
from bot.service.readers.join_requests import JoinRequests
from bot.service.readers.joining import Joining
from bot.service.readers.preferring import Preferring
from bot.service.readers.roles import Roles
from bot.service.readers.subscribers import Subscribers
from bot.service.readers.suspensions import Suspensions
from bot.service.readers.welcomes import Welcomes
from bot.service.records.audit import Audit
from bot.service.records.guarding import Guarding
from bot.service.records.publicity import Publicity
from bot.service.records.wordings import Wordings
from bot.service.requests.correcting import Correcting
from bot.service.requests.editing import Editing
from bot.service.requests.schedules import Schedules
from bot.service.requests.steering import Steering
from bot.service.rules.policy import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class UseCases:
    database: Database
    policy: Policy
    templates: Templates
    clock: Clock
    schedules: Schedules
    editing: Editing
    maintenances: Maintenances
    correcting: Correcting
    steering: Steering
    subscribers: Subscribers
    enrolling: Enrolling
    finding: Finding
    joining: Joining
    join_requests: JoinRequests
    arranging: Arranging
    roles: Roles
    preferring: Preferring
    suspensions: Suspensions
    broadcasts: Broadcasts
    incidents: Incidents
    retrying: Retrying
    amending: Amending
    stopping: Stopping
    consents: Consents
    approvals: Approvals
    admittance: Admittance
    holdings: Holdings
    forgetting: Forgetting
    planning: Planning
    windows: Windows
    rearming: Rearming
    renditions: Renditions
    progress: ChunkProgress
    outcomes: Outcomes
    welcomes: Welcomes
    audit: Audit
    guarding: Guarding
    publicity: Publicity

    @classmethod
    def over(
        cls, database: Database, policy: Policy, templates: Templates, clock: Clock
    ) -> Self:
        """All of them over one database; the only place that puts them together."""
        consents = Consents(policy)
        approvals = Approvals(policy, consents)
        admittance = Admittance(consents, approvals, clock)
        broadcasts = Broadcasts(policy, clock)
        schedules = Schedules(policy, templates, clock, admittance, broadcasts)
        subscribers = Subscribers(policy, clock)
        planning = Planning(policy, templates)
        renditions = Renditions(policy, templates)
        outcomes = Outcomes(policy, renditions, clock)
        amending = Amending(policy, broadcasts, clock)
        return cls(
            database=database,
            policy=policy,
            templates=templates,
            clock=clock,
            schedules=schedules,
            maintenances=Maintenances(policy, templates, clock, amending),
            editing=Editing(
                schedules, policy, templates, clock, admittance, broadcasts
            ),
            correcting=Correcting(schedules, broadcasts, amending, policy, templates),
            steering=Steering(schedules, planning, clock),
            subscribers=subscribers,
            enrolling=Enrolling(policy, clock),
            finding=Finding(policy, broadcasts, clock),
            joining=Joining(policy, clock, subscribers),
            join_requests=JoinRequests(policy, clock),
            arranging=Arranging(policy, templates, clock),
            roles=Roles(policy, clock),
            preferring=Preferring(policy, clock),
            suspensions=Suspensions(policy),
            broadcasts=broadcasts,
            incidents=Incidents(policy, templates, clock, amending),
            retrying=Retrying(broadcasts, clock),
            amending=amending,
            stopping=Stopping(policy, clock),
            consents=consents,
            approvals=approvals,
            admittance=admittance,
            holdings=Holdings(policy),
            forgetting=Forgetting(policy, schedules, outcomes, clock),
            planning=planning,
            windows=Windows(policy),
            rearming=Rearming(clock),
            renditions=renditions,
            progress=ChunkProgress(policy, renditions, outcomes, clock),
            outcomes=outcomes,
            welcomes=Welcomes(policy, templates, clock),
            audit=Audit(clock),
            guarding=Guarding(policy),
            publicity=Publicity(Wordings(policy, templates, renditions), clock),
        )
