SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

SET default_tablespace = '';

SET default_table_access_method = heap;

CREATE TABLE public.alembic_version (
    version_num character varying(32) NOT NULL
);

CREATE TABLE public.audit (
    id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    caller text NOT NULL,
    role text NOT NULL,
    door text NOT NULL,
    action text NOT NULL,
    about text NOT NULL,
    reference bigint,
    result text NOT NULL,
    detail text
);

CREATE SEQUENCE public.audit_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.audit_id_seq OWNED BY public.audit.id;

CREATE TABLE public.broadcast (
    id bigint NOT NULL,
    occurrence_id bigint NOT NULL,
    schedule_id bigint NOT NULL,
    counted_for text,
    key text NOT NULL,
    list_id bigint,
    highest bigint,
    frozen_at timestamp with time zone NOT NULL,
    total integer NOT NULL,
    state text NOT NULL,
    reason text,
    created_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone,
    expires_at timestamp with time zone,
    CONSTRAINT ck_broadcast_state CHECK ((state = ANY (ARRAY['sending'::text, 'sent'::text, 'failed'::text, 'stopped'::text])))
);

CREATE SEQUENCE public.broadcast_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.broadcast_id_seq OWNED BY public.broadcast.id;

CREATE TABLE public.broadcast_recipient (
    broadcast_id bigint NOT NULL,
    "position" bigint NOT NULL,
    jid text NOT NULL
);

CREATE TABLE public.broadcast_text (
    broadcast_id bigint NOT NULL,
    language text NOT NULL,
    zone text NOT NULL,
    text json NOT NULL
);

CREATE TABLE public.chunk (
    id bigint NOT NULL,
    broadcast_id bigint NOT NULL,
    after bigint NOT NULL,
    last bigint NOT NULL,
    count integer NOT NULL,
    through bigint NOT NULL,
    done integer NOT NULL,
    finished boolean NOT NULL,
    worker text,
    leased_until timestamp with time zone,
    strikes integer NOT NULL,
    suspect bigint
);

CREATE SEQUENCE public.chunk_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.chunk_id_seq OWNED BY public.chunk.id;

CREATE TABLE public.delivery_exception (
    broadcast_id bigint NOT NULL,
    jid text NOT NULL,
    kind text NOT NULL,
    condition text NOT NULL,
    text text,
    attempts integer NOT NULL,
    first_at timestamp with time zone NOT NULL,
    next_at timestamp with time zone,
    CONSTRAINT ck_delivery_exception_kind CHECK ((kind = ANY (ARRAY['failed'::text, 'retrying'::text, 'deferred'::text, 'skipped'::text])))
);

CREATE TABLE public.fact (
    name text NOT NULL,
    value bytea NOT NULL
);

CREATE TABLE public.list (
    id bigint NOT NULL,
    name text NOT NULL,
    title text NOT NULL,
    is_default boolean NOT NULL,
    kind text NOT NULL,
    language text NOT NULL,
    timezone text NOT NULL,
    type text NOT NULL,
    publishers json NOT NULL,
    welcome text,
    retired boolean NOT NULL,
    CONSTRAINT ck_list_kind CHECK ((kind = ANY (ARRAY['open'::text, 'request'::text, 'closed'::text, 'mandatory'::text]))),
    CONSTRAINT ck_list_type CHECK ((type = ANY (ARRAY['chat'::text, 'normal'::text, 'headline'::text])))
);

CREATE SEQUENCE public.list_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.list_id_seq OWNED BY public.list.id;

CREATE TABLE public.notice (
    id bigint NOT NULL,
    recipient text NOT NULL,
    text text,
    language text,
    job text,
    status text,
    due_at timestamp with time zone,
    created_at timestamp with time zone NOT NULL,
    claimed_until timestamp with time zone,
    announcement bigint,
    CONSTRAINT ck_notice_status CHECK ((status = ANY (ARRAY['scheduled'::text, 'queued'::text, 'sent'::text, 'failed'::text, 'cancelled'::text])))
);

CREATE SEQUENCE public.notice_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.notice_id_seq OWNED BY public.notice.id;

CREATE TABLE public.occurrence (
    id bigint NOT NULL,
    schedule_id bigint NOT NULL,
    due_at timestamp with time zone NOT NULL,
    state text NOT NULL,
    reason text,
    CONSTRAINT ck_occurrence_state CHECK ((state = ANY (ARRAY['sending'::text, 'sent'::text, 'failed'::text, 'stopped'::text, 'missed'::text, 'skipped'::text, 'held'::text])))
);

CREATE SEQUENCE public.occurrence_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.occurrence_id_seq OWNED BY public.occurrence.id;

CREATE TABLE public.pulse (
    worker text NOT NULL,
    service text NOT NULL,
    version text NOT NULL,
    connected boolean NOT NULL,
    started_at timestamp with time zone NOT NULL,
    seen_at timestamp with time zone NOT NULL
);

CREATE TABLE public.request_count (
    who text NOT NULL,
    since timestamp with time zone NOT NULL,
    count integer NOT NULL
);

CREATE TABLE public.schedule (
    id bigint NOT NULL,
    owner text NOT NULL,
    client_id text NOT NULL,
    origin text NOT NULL,
    fingerprint text NOT NULL,
    audience json NOT NULL,
    content json NOT NULL,
    timezone text NOT NULL,
    recurrence text,
    deliver_at timestamp with time zone NOT NULL,
    next_at timestamp with time zone,
    planned integer NOT NULL,
    expires_at timestamp with time zone,
    late_policy text NOT NULL,
    late_within integer NOT NULL,
    updates boolean NOT NULL,
    metadata text,
    language text,
    state text NOT NULL,
    reason text,
    created_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    CONSTRAINT ck_schedule_late_policy CHECK ((late_policy = ANY (ARRAY['run'::text, 'skip'::text, 'hold'::text]))),
    CONSTRAINT ck_schedule_origin CHECK ((origin = ANY (ARRAY['iq'::text, 'inline'::text, 'command'::text, 'cli'::text, 'web'::text, 'file'::text, 'welcome'::text]))),
    CONSTRAINT ck_schedule_state CHECK ((state = ANY (ARRAY['pending'::text, 'paused'::text, 'held'::text, 'running'::text, 'sent'::text, 'failed'::text, 'cancelled'::text])))
);

CREATE SEQUENCE public.schedule_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.schedule_id_seq OWNED BY public.schedule.id;

CREATE TABLE public.subscriber (
    id bigint NOT NULL,
    jid text NOT NULL,
    language text,
    language_seen text,
    timezone text,
    score integer NOT NULL,
    score_since timestamp with time zone,
    created_at timestamp with time zone NOT NULL
);

CREATE SEQUENCE public.subscriber_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.subscriber_id_seq OWNED BY public.subscriber.id;

CREATE TABLE public.subscription (
    id bigint NOT NULL,
    list_id bigint NOT NULL,
    subscriber_id bigint NOT NULL,
    origin text NOT NULL,
    started_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone,
    end_reason text,
    CONSTRAINT ck_subscription_end_reason CHECK ((end_reason = ANY (ARRAY['left'::text, 'removed'::text, 'suspended'::text]))),
    CONSTRAINT ck_subscription_origin CHECK ((origin = ANY (ARRAY['presence'::text, 'admin'::text])))
);

CREATE SEQUENCE public.subscription_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;

ALTER SEQUENCE public.subscription_id_seq OWNED BY public.subscription.id;

CREATE TABLE public.welcome (
    list_id bigint NOT NULL,
    subscriber_id bigint NOT NULL,
    at timestamp with time zone NOT NULL
);

ALTER TABLE ONLY public.audit ALTER COLUMN id SET DEFAULT nextval('public.audit_id_seq'::regclass);

ALTER TABLE ONLY public.broadcast ALTER COLUMN id SET DEFAULT nextval('public.broadcast_id_seq'::regclass);

ALTER TABLE ONLY public.chunk ALTER COLUMN id SET DEFAULT nextval('public.chunk_id_seq'::regclass);

ALTER TABLE ONLY public.list ALTER COLUMN id SET DEFAULT nextval('public.list_id_seq'::regclass);

ALTER TABLE ONLY public.notice ALTER COLUMN id SET DEFAULT nextval('public.notice_id_seq'::regclass);

ALTER TABLE ONLY public.occurrence ALTER COLUMN id SET DEFAULT nextval('public.occurrence_id_seq'::regclass);

ALTER TABLE ONLY public.schedule ALTER COLUMN id SET DEFAULT nextval('public.schedule_id_seq'::regclass);

ALTER TABLE ONLY public.subscriber ALTER COLUMN id SET DEFAULT nextval('public.subscriber_id_seq'::regclass);

ALTER TABLE ONLY public.subscription ALTER COLUMN id SET DEFAULT nextval('public.subscription_id_seq'::regclass);

INSERT INTO public.alembic_version VALUES ('0001');

INSERT INTO public.audit VALUES (1, '2026-03-01 12:01:00+00', 'user@example.org', 'user', 'iq', 'cancel', 'x', NULL, 'not-found', 'There is no announcement ''x''.');
INSERT INTO public.audit VALUES (2, '2026-03-01 12:01:00+00', 'role:admin', 'admin', 'cli', 'subscribe', 'b', NULL, 'done', NULL);
INSERT INTO public.audit VALUES (3, '2026-03-01 12:01:02+00', 'admin@example.org', 'admin', 'iq', 'schedule', 'by-template', 21, 'done', NULL);
INSERT INTO public.audit VALUES (4, '2026-03-01 12:01:04+00', 'admin@example.org', 'admin', 'iq', 'schedule', 'to-people', 22, 'done', NULL);
INSERT INTO public.audit VALUES (5, '2026-03-01 12:01:06+00', 'admin@example.org', 'admin', 'iq', 'schedule', 'to-nobody', 23, 'done', NULL);
INSERT INTO public.audit VALUES (6, '2026-03-01 12:01:08+00', 'admin@example.org', 'admin', 'iq', 'schedule', 'failed', 24, 'done', NULL);
INSERT INTO public.audit VALUES (7, '2026-03-01 12:01:10+00', 'admin@example.org', 'admin', 'iq', 'schedule', 'retried', 25, 'done', NULL);
INSERT INTO public.audit VALUES (8, '2026-03-01 12:03:12+00', 'admin@example.org', 'admin', 'iq', 'schedule', 'stopped', 26, 'done', NULL);
INSERT INTO public.audit VALUES (9, '2026-03-01 13:03:14+00', 'admin@example.org', 'admin', 'iq', 'schedule', 'expired', 30, 'done', NULL);
INSERT INTO public.audit VALUES (10, '2026-03-01 13:08:16+00', 'admin@example.org', 'admin', 'iq', 'schedule', 'recurring', 34, 'done', NULL);
INSERT INTO public.audit VALUES (11, '2026-03-01 13:08:18+00', 'admin@example.org', 'admin', 'iq', 'schedule', 'under-way', 35, 'done', NULL);
INSERT INTO public.audit VALUES (12, '2026-03-01 13:08:21+00', 'admin@example.org', 'admin', 'iq', 'schedule', 'queued', 36, 'done', NULL);

INSERT INTO public.broadcast VALUES (1, 1, 1, NULL, '7a640725e14ffd09', 1, NULL, '2026-03-01 12:01:02+00', 1, 'sent', NULL, '2026-03-01 12:01:02+00', '2026-03-01 12:01:02+00', NULL);
INSERT INTO public.broadcast VALUES (2, 2, 2, NULL, '1b36fe007e206a0a', 1, NULL, '2026-03-01 12:01:02+00', 1, 'sent', NULL, '2026-03-01 12:01:02+00', '2026-03-01 12:01:02+00', NULL);
INSERT INTO public.broadcast VALUES (3, 3, 3, NULL, '43cc51c99d7c1039', 1, NULL, '2026-03-01 12:01:02+00', 1, 'sent', NULL, '2026-03-01 12:01:02+00', '2026-03-01 12:01:02+00', NULL);
INSERT INTO public.broadcast VALUES (4, 4, 4, NULL, '5e5d2cd6b84f1df6', 1, NULL, '2026-03-01 12:01:02+00', 1, 'sent', NULL, '2026-03-01 12:01:02+00', '2026-03-01 12:01:02+00', NULL);
INSERT INTO public.broadcast VALUES (5, 5, 5, NULL, 'b3719a917f9c857a', 1, NULL, '2026-03-01 12:01:02+00', 1, 'sent', NULL, '2026-03-01 12:01:02+00', '2026-03-01 12:01:02+00', NULL);
INSERT INTO public.broadcast VALUES (6, 6, 6, NULL, '1f2601bc57bb4386', 1, NULL, '2026-03-01 12:01:02+00', 1, 'sent', NULL, '2026-03-01 12:01:02+00', '2026-03-01 12:01:02+00', NULL);
INSERT INTO public.broadcast VALUES (7, 7, 7, NULL, 'cc96ca04c9870721', 1, NULL, '2026-03-01 12:01:02+00', 1, 'sent', NULL, '2026-03-01 12:01:02+00', '2026-03-01 12:01:02+00', NULL);
INSERT INTO public.broadcast VALUES (8, 8, 8, NULL, '5468b9172f0ed76b', 1, NULL, '2026-03-01 12:01:02+00', 1, 'sent', NULL, '2026-03-01 12:01:02+00', '2026-03-01 12:01:02+00', NULL);
INSERT INTO public.broadcast VALUES (9, 9, 9, NULL, 'd16af4a3dd590a3f', 1, NULL, '2026-03-01 12:01:02+00', 1, 'sent', NULL, '2026-03-01 12:01:02+00', '2026-03-01 12:01:02+00', NULL);
INSERT INTO public.broadcast VALUES (10, 10, 10, NULL, 'd8827a2d0a177a83', 1, NULL, '2026-03-01 12:01:02+00', 1, 'sent', NULL, '2026-03-01 12:01:02+00', '2026-03-01 12:01:02+00', NULL);
INSERT INTO public.broadcast VALUES (11, 11, 11, NULL, '6b96ac929b2de9e6', 1, NULL, '2026-03-01 12:01:02+00', 1, 'sent', NULL, '2026-03-01 12:01:02+00', '2026-03-01 12:01:02+00', NULL);
INSERT INTO public.broadcast VALUES (12, 12, 12, NULL, 'c58d1a15b9b61438', 1, NULL, '2026-03-01 12:01:02+00', 1, 'sent', NULL, '2026-03-01 12:01:02+00', '2026-03-01 12:01:02+00', NULL);
INSERT INTO public.broadcast VALUES (13, 13, 13, NULL, '18e6d66b24fcaf57', 1, NULL, '2026-03-01 12:01:02+00', 1, 'sent', NULL, '2026-03-01 12:01:02+00', '2026-03-01 12:01:02+00', NULL);
INSERT INTO public.broadcast VALUES (14, 14, 14, NULL, '362e3bb9526dc73e', 1, NULL, '2026-03-01 12:01:02+00', 1, 'sent', NULL, '2026-03-01 12:01:02+00', '2026-03-01 12:01:02+00', NULL);
INSERT INTO public.broadcast VALUES (15, 15, 15, NULL, '8685fb8cd7220882', 1, NULL, '2026-03-01 12:01:02+00', 1, 'sent', NULL, '2026-03-01 12:01:02+00', '2026-03-01 12:01:02+00', NULL);
INSERT INTO public.broadcast VALUES (16, 16, 16, NULL, 'b0b513f735766e99', 1, NULL, '2026-03-01 12:01:02+00', 1, 'sent', NULL, '2026-03-01 12:01:02+00', '2026-03-01 12:01:02+00', NULL);
INSERT INTO public.broadcast VALUES (17, 17, 17, NULL, 'f0c35240f6c01b32', 1, NULL, '2026-03-01 12:01:02+00', 1, 'sent', NULL, '2026-03-01 12:01:02+00', '2026-03-01 12:01:02+00', NULL);
INSERT INTO public.broadcast VALUES (18, 18, 18, NULL, '8d41a7d4623aade7', 1, NULL, '2026-03-01 12:01:02+00', 1, 'sent', NULL, '2026-03-01 12:01:02+00', '2026-03-01 12:01:02+00', NULL);
INSERT INTO public.broadcast VALUES (19, 19, 19, NULL, '23f7534b2e7c702e', 1, NULL, '2026-03-01 12:01:02+00', 1, 'sent', NULL, '2026-03-01 12:01:02+00', '2026-03-01 12:01:02+00', NULL);
INSERT INTO public.broadcast VALUES (20, 20, 20, NULL, 'd1cd35305a4db123', 1, NULL, '2026-03-01 12:01:02+00', 1, 'sent', NULL, '2026-03-01 12:01:02+00', '2026-03-01 12:01:02+00', NULL);
INSERT INTO public.broadcast VALUES (21, 21, 21, 'admin@example.org', '788df9a92fc1c4b6', 1, 30, '2026-03-01 12:01:02+00', 18, 'sent', NULL, '2026-03-01 12:01:02+00', '2026-03-01 12:01:02+00', NULL);
INSERT INTO public.broadcast VALUES (22, 22, 22, 'admin@example.org', 'acccdd359294440e', NULL, NULL, '2026-03-01 12:01:04+00', 2, 'sent', NULL, '2026-03-01 12:01:04+00', '2026-03-01 12:01:04+00', NULL);
INSERT INTO public.broadcast VALUES (23, 23, 23, 'admin@example.org', '0a01eca26aada84d', 5, 0, '2026-03-01 12:01:06+00', 0, 'sent', NULL, '2026-03-01 12:01:06+00', '2026-03-01 12:01:06+00', NULL);
INSERT INTO public.broadcast VALUES (24, 24, 24, 'admin@example.org', '8247f4f9d67196d7', NULL, NULL, '2026-03-01 12:01:08+00', 1, 'failed', NULL, '2026-03-01 12:01:08+00', '2026-03-01 12:01:08+00', NULL);
INSERT INTO public.broadcast VALUES (25, 25, 25, 'admin@example.org', 'e92be1a72ac3c720', 2, 25, '2026-03-01 12:01:10+00', 7, 'sending', NULL, '2026-03-01 12:01:10+00', NULL, NULL);
INSERT INTO public.broadcast VALUES (26, 26, 26, 'admin@example.org', 'cdb4167bdd08b6ae', 1, 29, '2026-03-01 12:03:12+00', 17, 'stopped', NULL, '2026-03-01 12:03:12+00', '2026-03-01 12:03:12+00', NULL);
INSERT INTO public.broadcast VALUES (27, 30, 30, 'admin@example.org', '1972f6097350ae68', 2, 25, '2026-03-01 13:03:14+00', 7, 'sent', 'expired', '2026-03-01 13:03:14+00', '2026-03-01 13:08:14+00', '2026-03-01 13:04:12+00');
INSERT INTO public.broadcast VALUES (28, 32, 35, 'admin@example.org', 'a91393f3fa0b7ff3', 1, 29, '2026-03-01 13:08:18+00', 17, 'sending', NULL, '2026-03-01 13:08:18+00', NULL, NULL);
INSERT INTO public.broadcast VALUES (29, 33, 36, 'admin@example.org', 'f740e2b4460cd5cb', 1, 29, '2026-03-01 13:08:21+00', 16, 'sending', NULL, '2026-03-01 13:08:21+00', NULL, NULL);

INSERT INTO public.broadcast_recipient VALUES (1, 1, 'r0@example.org');
INSERT INTO public.broadcast_recipient VALUES (2, 1, 'r1@example.org');
INSERT INTO public.broadcast_recipient VALUES (3, 1, 'r2@example.org');
INSERT INTO public.broadcast_recipient VALUES (4, 1, 'r3@example.org');
INSERT INTO public.broadcast_recipient VALUES (5, 1, 'r4@example.org');
INSERT INTO public.broadcast_recipient VALUES (6, 1, 'r5@example.org');
INSERT INTO public.broadcast_recipient VALUES (7, 1, 'r6@example.org');
INSERT INTO public.broadcast_recipient VALUES (8, 1, 'r7@example.org');
INSERT INTO public.broadcast_recipient VALUES (9, 1, 'r8@example.org');
INSERT INTO public.broadcast_recipient VALUES (10, 1, 'r9@example.org');
INSERT INTO public.broadcast_recipient VALUES (11, 1, 'r10@example.org');
INSERT INTO public.broadcast_recipient VALUES (12, 1, 'r11@example.org');
INSERT INTO public.broadcast_recipient VALUES (13, 1, 'user@example.org');
INSERT INTO public.broadcast_recipient VALUES (14, 1, 'de@example.org');
INSERT INTO public.broadcast_recipient VALUES (15, 1, 'fr@example.org');
INSERT INTO public.broadcast_recipient VALUES (16, 1, 'seen@example.org');
INSERT INTO public.broadcast_recipient VALUES (17, 1, 'removed@example.org');
INSERT INTO public.broadcast_recipient VALUES (18, 1, 'again@example.org');
INSERT INTO public.broadcast_recipient VALUES (19, 1, 'gone@example.org');
INSERT INTO public.broadcast_recipient VALUES (20, 1, 'away@example.org');
INSERT INTO public.broadcast_recipient VALUES (22, 1, 'r0@example.org');
INSERT INTO public.broadcast_recipient VALUES (22, 2, 'stranger@example.org');
INSERT INTO public.broadcast_recipient VALUES (24, 1, 'r5@example.org');

INSERT INTO public.broadcast_text VALUES (1, 'en', 'Europe/Warsaw', '{"language": "en", "subject": "Welcome to \u201cNews\u201d", "body": "Welcome! From now on you will receive the announcements of \u201cNews\u201d here.\n\nNo longer interested? Remove this contact from your contact list.\n\nPlease do not reply: nobody reads the messages sent to this address."}');
INSERT INTO public.broadcast_text VALUES (2, 'de', 'Europe/Warsaw', '{"language": "de", "subject": "Willkommen bei \u201eNews\u201c", "body": "Willkommen! Die Ank\u00fcndigungen von \u201eNews\u201c kommen ab jetzt hier an.\n\nKeine Lust mehr? Einfach diesen Kontakt aus der Kontaktliste entfernen.\n\nBitte nicht antworten: Nachrichten an diese Adresse liest niemand."}');
INSERT INTO public.broadcast_text VALUES (3, 'en', 'Europe/Warsaw', '{"language": "en", "subject": "Welcome to \u201cNews\u201d", "body": "Welcome! From now on you will receive the announcements of \u201cNews\u201d here.\n\nNo longer interested? Remove this contact from your contact list.\n\nPlease do not reply: nobody reads the messages sent to this address."}');
INSERT INTO public.broadcast_text VALUES (4, 'en', 'Europe/Warsaw', '{"language": "en", "subject": "Welcome to \u201cNews\u201d", "body": "Welcome! From now on you will receive the announcements of \u201cNews\u201d here.\n\nNo longer interested? Remove this contact from your contact list.\n\nPlease do not reply: nobody reads the messages sent to this address."}');
INSERT INTO public.broadcast_text VALUES (5, 'en', 'Europe/Warsaw', '{"language": "en", "subject": "Welcome to \u201cNews\u201d", "body": "Welcome! From now on you will receive the announcements of \u201cNews\u201d here.\n\nNo longer interested? Remove this contact from your contact list.\n\nPlease do not reply: nobody reads the messages sent to this address."}');
INSERT INTO public.broadcast_text VALUES (6, 'en', 'Europe/Warsaw', '{"language": "en", "subject": "Welcome to \u201cNews\u201d", "body": "Welcome! From now on you will receive the announcements of \u201cNews\u201d here.\n\nNo longer interested? Remove this contact from your contact list.\n\nPlease do not reply: nobody reads the messages sent to this address."}');
INSERT INTO public.broadcast_text VALUES (7, 'en', 'Europe/Warsaw', '{"language": "en", "subject": "Welcome to \u201cNews\u201d", "body": "Welcome! From now on you will receive the announcements of \u201cNews\u201d here.\n\nNo longer interested? Remove this contact from your contact list.\n\nPlease do not reply: nobody reads the messages sent to this address."}');
INSERT INTO public.broadcast_text VALUES (8, 'en', 'Europe/Warsaw', '{"language": "en", "subject": "Welcome to \u201cNews\u201d", "body": "Welcome! From now on you will receive the announcements of \u201cNews\u201d here.\n\nNo longer interested? Remove this contact from your contact list.\n\nPlease do not reply: nobody reads the messages sent to this address."}');
INSERT INTO public.broadcast_text VALUES (9, 'en', 'Europe/Warsaw', '{"language": "en", "subject": "Welcome to \u201cNews\u201d", "body": "Welcome! From now on you will receive the announcements of \u201cNews\u201d here.\n\nNo longer interested? Remove this contact from your contact list.\n\nPlease do not reply: nobody reads the messages sent to this address."}');
INSERT INTO public.broadcast_text VALUES (10, 'en', 'Europe/Warsaw', '{"language": "en", "subject": "Welcome to \u201cNews\u201d", "body": "Welcome! From now on you will receive the announcements of \u201cNews\u201d here.\n\nNo longer interested? Remove this contact from your contact list.\n\nPlease do not reply: nobody reads the messages sent to this address."}');
INSERT INTO public.broadcast_text VALUES (11, 'en', 'Europe/Warsaw', '{"language": "en", "subject": "Welcome to \u201cNews\u201d", "body": "Welcome! From now on you will receive the announcements of \u201cNews\u201d here.\n\nNo longer interested? Remove this contact from your contact list.\n\nPlease do not reply: nobody reads the messages sent to this address."}');
INSERT INTO public.broadcast_text VALUES (12, 'en', 'Europe/Warsaw', '{"language": "en", "subject": "Welcome to \u201cNews\u201d", "body": "Welcome! From now on you will receive the announcements of \u201cNews\u201d here.\n\nNo longer interested? Remove this contact from your contact list.\n\nPlease do not reply: nobody reads the messages sent to this address."}');
INSERT INTO public.broadcast_text VALUES (13, 'pl', 'Europe/Warsaw', '{"language": "pl", "subject": "Witamy na li\u015bcie \u201eNews\u201d", "body": "Witamy! Od teraz b\u0119d\u0105 tu przychodzi\u0107 og\u0142oszenia z listy \u201eNews\u201d.\n\nAby zrezygnowa\u0107, wystarczy usun\u0105\u0107 ten kontakt z listy kontakt\u00f3w.\n\nProsimy nie odpowiada\u0107: wiadomo\u015bci wys\u0142anych na ten adres nikt nie czyta."}');
INSERT INTO public.broadcast_text VALUES (14, 'de', 'Europe/Warsaw', '{"language": "de", "subject": "Willkommen bei \u201eNews\u201c", "body": "Willkommen! Die Ank\u00fcndigungen von \u201eNews\u201c kommen ab jetzt hier an.\n\nKeine Lust mehr? Einfach diesen Kontakt aus der Kontaktliste entfernen.\n\nBitte nicht antworten: Nachrichten an diese Adresse liest niemand."}');
INSERT INTO public.broadcast_text VALUES (14, 'de', 'Europe/Berlin', '{"language": "de", "subject": "Willkommen bei \u201eNews\u201c", "body": "Willkommen! Die Ank\u00fcndigungen von \u201eNews\u201c kommen ab jetzt hier an.\n\nKeine Lust mehr? Einfach diesen Kontakt aus der Kontaktliste entfernen.\n\nBitte nicht antworten: Nachrichten an diese Adresse liest niemand."}');
INSERT INTO public.broadcast_text VALUES (15, 'fr-CA', 'Europe/Warsaw', '{"language": "fr", "subject": "Bienvenue sur la liste \u00ab\u00a0News\u00a0\u00bb", "body": "Bienvenue\u00a0! Vous recevrez d\u00e9sormais ici les annonces de la liste \u00ab\u00a0News\u00a0\u00bb.\n\nVous ne voulez plus les recevoir\u00a0? Supprimez ce contact de votre liste de contacts.\n\nMerci de ne pas r\u00e9pondre\u00a0: personne ne lit les messages envoy\u00e9s \u00e0 cette adresse."}');
INSERT INTO public.broadcast_text VALUES (15, 'fr-CA', 'America/Toronto', '{"language": "fr", "subject": "Bienvenue sur la liste \u00ab\u00a0News\u00a0\u00bb", "body": "Bienvenue\u00a0! Vous recevrez d\u00e9sormais ici les annonces de la liste \u00ab\u00a0News\u00a0\u00bb.\n\nVous ne voulez plus les recevoir\u00a0? Supprimez ce contact de votre liste de contacts.\n\nMerci de ne pas r\u00e9pondre\u00a0: personne ne lit les messages envoy\u00e9s \u00e0 cette adresse."}');
INSERT INTO public.broadcast_text VALUES (16, 'es', 'Europe/Warsaw', '{"language": "es", "subject": "Le damos la bienvenida a \u00abNews\u00bb", "body": "\u00a1Le damos la bienvenida! A partir de ahora recibir\u00e1 aqu\u00ed los avisos de \u00abNews\u00bb.\n\n\u00bfYa no quiere recibirlos? Elimine este contacto de su lista de contactos.\n\nPor favor, no responda: nadie lee los mensajes enviados a esta direcci\u00f3n."}');
INSERT INTO public.broadcast_text VALUES (17, 'en', 'Europe/Warsaw', '{"language": "en", "subject": "Welcome to \u201cNews\u201d", "body": "Welcome! From now on you will receive the announcements of \u201cNews\u201d here.\n\nNo longer interested? Remove this contact from your contact list.\n\nPlease do not reply: nobody reads the messages sent to this address."}');
INSERT INTO public.broadcast_text VALUES (18, 'en', 'Europe/Warsaw', '{"language": "en", "subject": "Welcome to \u201cNews\u201d", "body": "Welcome! From now on you will receive the announcements of \u201cNews\u201d here.\n\nNo longer interested? Remove this contact from your contact list.\n\nPlease do not reply: nobody reads the messages sent to this address."}');
INSERT INTO public.broadcast_text VALUES (19, 'en', 'Europe/Warsaw', '{"language": "en", "subject": "Welcome to \u201cNews\u201d", "body": "Welcome! From now on you will receive the announcements of \u201cNews\u201d here.\n\nNo longer interested? Remove this contact from your contact list.\n\nPlease do not reply: nobody reads the messages sent to this address."}');
INSERT INTO public.broadcast_text VALUES (20, 'en', 'Europe/Warsaw', '{"language": "en", "subject": "Welcome to \u201cNews\u201d", "body": "Welcome! From now on you will receive the announcements of \u201cNews\u201d here.\n\nNo longer interested? Remove this contact from your contact list.\n\nPlease do not reply: nobody reads the messages sent to this address."}');
INSERT INTO public.broadcast_text VALUES (21, 'en', 'Europe/Warsaw', '{"language": "en", "subject": "Maintenance on Thursday, March 5, 2026: New disks", "body": "Planned maintenance: New disks\n\nStart: Thursday, March 5, 2026, 11:00 PM CET\n\nSorry for the inconvenience, and thank you for your patience!"}');
INSERT INTO public.broadcast_text VALUES (21, 'de', 'Europe/Warsaw', '{"language": "de", "subject": "Wartung am Donnerstag, 5. M\u00e4rz 2026: Neue Platten", "body": "Geplante Wartung: Neue Platten\n\nBeginn: Donnerstag, 5. M\u00e4rz 2026, 23:00 CET\n\nEntschuldigt die St\u00f6rung, und danke f\u00fcr eure Geduld!"}');
INSERT INTO public.broadcast_text VALUES (21, 'fr', 'Europe/Warsaw', '{"language": "fr", "subject": "Maintenance le jeudi 5 mars 2026\u00a0: New disks", "body": "Maintenance pr\u00e9vue\u00a0: New disks\n\nD\u00e9but\u00a0: jeudi 5 mars 2026, 23:00 CET\n\nVeuillez nous excuser pour la g\u00eane occasionn\u00e9e, et merci de votre patience\u00a0!"}');
INSERT INTO public.broadcast_text VALUES (21, 'es', 'Europe/Warsaw', '{"language": "es", "subject": "Mantenimiento el jueves, 5 de marzo de 2026: New disks", "body": "Mantenimiento programado: New disks\n\nInicio: jueves, 5 de marzo de 2026, 23:00 CET\n\nDisculpe las molestias y gracias por su paciencia."}');
INSERT INTO public.broadcast_text VALUES (21, 'pl', 'Europe/Warsaw', '{"language": "pl", "subject": "Prace serwisowe 5 marca 2026: New disks", "body": "Planowane prace serwisowe: New disks\n\nPocz\u0105tek: czwartek, 5 marca 2026 23:00 CET\n\nPrzepraszamy za utrudnienia i dzi\u0119kujemy za cierpliwo\u015b\u0107!"}');
INSERT INTO public.broadcast_text VALUES (21, '', 'Europe/Warsaw', '{"language": "en", "subject": "Maintenance on Thursday, March 5, 2026: New disks", "body": "Planned maintenance: New disks\n\nStart: Thursday, March 5, 2026, 11:00 PM CET\n\nSorry for the inconvenience, and thank you for your patience!"}');
INSERT INTO public.broadcast_text VALUES (21, 'de', 'Europe/Berlin', '{"language": "de", "subject": "Wartung am Donnerstag, 5. M\u00e4rz 2026: Neue Platten", "body": "Geplante Wartung: Neue Platten\n\nBeginn: Donnerstag, 5. M\u00e4rz 2026, 23:00 CET\n\nEntschuldigt die St\u00f6rung, und danke f\u00fcr eure Geduld!"}');
INSERT INTO public.broadcast_text VALUES (21, 'fr-CA', 'America/Toronto', '{"language": "fr", "subject": "Maintenance le jeudi 5 mars 2026\u00a0: New disks", "body": "Maintenance pr\u00e9vue\u00a0: New disks\n\nD\u00e9but\u00a0: jeudi 5 mars 2026, 17 h 00 EST\n\nVeuillez nous excuser pour la g\u00eane occasionn\u00e9e, et merci de votre patience\u00a0!"}');

INSERT INTO public.chunk VALUES (1, 1, 0, 1, 1, 1, 1, true, NULL, NULL, 0, NULL);
INSERT INTO public.chunk VALUES (2, 2, 0, 1, 1, 1, 1, true, NULL, NULL, 0, NULL);
INSERT INTO public.chunk VALUES (3, 3, 0, 1, 1, 1, 1, true, NULL, NULL, 0, NULL);
INSERT INTO public.chunk VALUES (4, 4, 0, 1, 1, 1, 1, true, NULL, NULL, 0, NULL);
INSERT INTO public.chunk VALUES (5, 5, 0, 1, 1, 1, 1, true, NULL, NULL, 0, NULL);
INSERT INTO public.chunk VALUES (6, 6, 0, 1, 1, 1, 1, true, NULL, NULL, 0, NULL);
INSERT INTO public.chunk VALUES (7, 7, 0, 1, 1, 1, 1, true, NULL, NULL, 0, NULL);
INSERT INTO public.chunk VALUES (8, 8, 0, 1, 1, 1, 1, true, NULL, NULL, 0, NULL);
INSERT INTO public.chunk VALUES (9, 9, 0, 1, 1, 1, 1, true, NULL, NULL, 0, NULL);
INSERT INTO public.chunk VALUES (10, 10, 0, 1, 1, 1, 1, true, NULL, NULL, 0, NULL);
INSERT INTO public.chunk VALUES (11, 11, 0, 1, 1, 1, 1, true, NULL, NULL, 0, NULL);
INSERT INTO public.chunk VALUES (12, 12, 0, 1, 1, 1, 1, true, NULL, NULL, 0, NULL);
INSERT INTO public.chunk VALUES (13, 13, 0, 1, 1, 1, 1, true, NULL, NULL, 0, NULL);
INSERT INTO public.chunk VALUES (14, 14, 0, 1, 1, 1, 1, true, NULL, NULL, 0, NULL);
INSERT INTO public.chunk VALUES (15, 15, 0, 1, 1, 1, 1, true, NULL, NULL, 0, NULL);
INSERT INTO public.chunk VALUES (16, 16, 0, 1, 1, 1, 1, true, NULL, NULL, 0, NULL);
INSERT INTO public.chunk VALUES (17, 17, 0, 1, 1, 1, 1, true, NULL, NULL, 0, NULL);
INSERT INTO public.chunk VALUES (18, 18, 0, 1, 1, 1, 1, true, NULL, NULL, 0, NULL);
INSERT INTO public.chunk VALUES (19, 19, 0, 1, 1, 1, 1, true, NULL, NULL, 0, NULL);
INSERT INTO public.chunk VALUES (20, 20, 0, 1, 1, 1, 1, true, NULL, NULL, 0, NULL);
INSERT INTO public.chunk VALUES (21, 21, 0, 4, 4, 4, 4, true, NULL, NULL, 0, NULL);
INSERT INTO public.chunk VALUES (22, 21, 4, 8, 4, 8, 4, true, NULL, NULL, 0, NULL);
INSERT INTO public.chunk VALUES (23, 21, 8, 12, 4, 12, 4, true, NULL, NULL, 0, NULL);
INSERT INTO public.chunk VALUES (24, 21, 12, 22, 4, 22, 4, true, NULL, NULL, 0, NULL);
INSERT INTO public.chunk VALUES (25, 21, 22, 30, 2, 30, 2, true, NULL, NULL, 0, NULL);
INSERT INTO public.chunk VALUES (26, 22, 0, 2, 2, 2, 2, true, NULL, NULL, 0, NULL);
INSERT INTO public.chunk VALUES (27, 24, 0, 1, 1, 1, 1, true, NULL, NULL, 0, NULL);
INSERT INTO public.chunk VALUES (28, 25, 0, 16, 4, 16, 4, true, NULL, NULL, 0, NULL);
INSERT INTO public.chunk VALUES (29, 25, 16, 25, 3, 25, 3, true, NULL, NULL, 0, NULL);
INSERT INTO public.chunk VALUES (31, 26, 4, 8, 4, 4, 0, false, NULL, NULL, 0, NULL);
INSERT INTO public.chunk VALUES (32, 26, 8, 12, 4, 8, 0, false, NULL, NULL, 0, NULL);
INSERT INTO public.chunk VALUES (33, 26, 12, 22, 4, 12, 0, false, NULL, NULL, 0, NULL);
INSERT INTO public.chunk VALUES (34, 26, 22, 29, 1, 22, 0, false, NULL, NULL, 0, NULL);
INSERT INTO public.chunk VALUES (30, 26, 0, 4, 4, 2, 2, false, 'host-1-aaaaaaaa', '2026-03-01 12:03:42+00', 0, NULL);
INSERT INTO public.chunk VALUES (36, 27, 16, 25, 3, 16, 0, false, NULL, NULL, 0, NULL);
INSERT INTO public.chunk VALUES (35, 27, 0, 16, 4, 13, 1, false, 'host-1-aaaaaaaa', '2026-03-01 13:08:44+00', 0, NULL);
INSERT INTO public.chunk VALUES (40, 28, 12, 22, 4, 12, 0, false, NULL, NULL, 0, NULL);
INSERT INTO public.chunk VALUES (41, 28, 22, 29, 1, 22, 0, false, NULL, NULL, 0, NULL);
INSERT INTO public.chunk VALUES (37, 28, 0, 4, 4, 4, 4, true, NULL, NULL, 0, NULL);
INSERT INTO public.chunk VALUES (38, 28, 4, 8, 4, 6, 2, false, 'host-1-aaaaaaaa', '2026-03-01 13:08:49+00', 0, NULL);
INSERT INTO public.chunk VALUES (39, 28, 8, 12, 4, 8, 0, false, NULL, NULL, 1, 12);
INSERT INTO public.chunk VALUES (42, 29, 0, 5, 4, 0, 0, false, NULL, NULL, 0, NULL);
INSERT INTO public.chunk VALUES (43, 29, 5, 9, 4, 5, 0, false, NULL, NULL, 0, NULL);
INSERT INTO public.chunk VALUES (44, 29, 9, 19, 4, 9, 0, false, NULL, NULL, 0, NULL);
INSERT INTO public.chunk VALUES (45, 29, 19, 29, 4, 19, 0, false, NULL, NULL, 0, NULL);

INSERT INTO public.delivery_exception VALUES (21, 'gone@example.org', 'failed', 'item-not-found', 'no such user', 0, '2026-03-01 12:01:02+00', NULL);
INSERT INTO public.delivery_exception VALUES (21, 'r2@example.org', 'failed', 'service-unavailable', 'no such user', 0, '2026-03-01 12:01:02+00', NULL);
INSERT INTO public.delivery_exception VALUES (21, 'r3@example.org', 'failed', 'forbidden', 'no such user', 0, '2026-03-01 12:01:02+00', NULL);
INSERT INTO public.delivery_exception VALUES (24, 'r5@example.org', 'failed', 'content: broken', NULL, 0, '2026-03-01 12:01:08+00', NULL);
INSERT INTO public.delivery_exception VALUES (25, 'r1@example.org', 'retrying', 'remote-server-timeout', NULL, 0, '2026-03-01 12:01:10+00', '2026-03-01 12:02:10+00');
INSERT INTO public.delivery_exception VALUES (25, 'r0@example.org', 'deferred', 'remote-server-timeout', NULL, 1, '2026-03-01 12:01:10+00', '2026-03-01 12:18:10+00');
INSERT INTO public.delivery_exception VALUES (28, 'r3@example.org', 'skipped', 'left', NULL, 0, '2026-03-01 13:08:19+00', NULL);

INSERT INTO public.fact VALUES ('digest key', '\x3ce1aa0e6c2b0159c14f5184870d21f3cbff5cfecf47dfe07efa9297c6830cc1');

INSERT INTO public.list VALUES (1, 'news', 'News', true, 'open', 'en', 'Europe/Warsaw', 'chat', '["pub@example.org"]', 'welcome', false);
INSERT INTO public.list VALUES (2, 'weather', 'Weather', false, 'open', 'de', 'UTC', 'chat', '[]', NULL, false);
INSERT INTO public.list VALUES (3, 'rules', 'Rules', false, 'mandatory', 'en', 'UTC', 'chat', '["pub@example.org"]', NULL, false);
INSERT INTO public.list VALUES (4, 'club', 'Club', false, 'request', 'en', 'UTC', 'chat', '["pub@example.org"]', NULL, false);
INSERT INTO public.list VALUES (5, 'staff', 'Staff', false, 'closed', 'en', 'UTC', 'chat', '["pub@example.org"]', NULL, false);
INSERT INTO public.list VALUES (6, 'old', 'Old', false, 'open', 'en', 'UTC', 'chat', '["pub@example.org"]', NULL, true);

INSERT INTO public.notice VALUES (3, 'admin@example.org', NULL, NULL, 'to-nobody', 'sent', NULL, '2026-03-01 12:01:06+00', NULL, 23);
INSERT INTO public.notice VALUES (4, 'admin@example.org', NULL, NULL, 'failed', 'failed', NULL, '2026-03-01 12:01:08+00', NULL, 24);
INSERT INTO public.notice VALUES (5, 'admin@example.org', 'Announcement #24 (failed) to single people, due 2026-03-01T12:01:07Z: 0 of 1 were told, 1 failed.', 'en', NULL, NULL, NULL, '2026-03-01 12:01:08+00', NULL, 24);
INSERT INTO public.notice VALUES (6, 'ops@example.org', 'Announcement #24 (failed) to single people, due 2026-03-01T12:01:07Z: 0 of 1 were told, 1 failed.', 'en', NULL, NULL, NULL, '2026-03-01 12:01:08+00', NULL, 24);
INSERT INTO public.notice VALUES (7, 'admin@example.org', NULL, NULL, 'late-skip', 'failed', NULL, '2026-03-01 13:03:12+00', NULL, 27);
INSERT INTO public.notice VALUES (8, 'admin@example.org', 'Announcement #27 (late-skip) to news, due 2026-03-01T12:04:12Z, was not sent: the service was not up when it was due.', 'en', NULL, NULL, NULL, '2026-03-01 13:03:12+00', NULL, 27);
INSERT INTO public.notice VALUES (9, 'ops@example.org', 'Announcement #27 (late-skip) to news, due 2026-03-01T12:04:12Z, was not sent: the service was not up when it was due.', 'en', NULL, NULL, NULL, '2026-03-01 13:03:12+00', NULL, 27);
INSERT INTO public.notice VALUES (10, 'admin@example.org', NULL, NULL, 'late-run', 'failed', NULL, '2026-03-01 13:03:12+00', NULL, 28);
INSERT INTO public.notice VALUES (11, 'admin@example.org', 'Announcement #28 (late-run) to news, due 2026-03-01T12:04:12Z, was not sent: the service was not up when it was due.', 'en', NULL, NULL, NULL, '2026-03-01 13:03:12+00', NULL, 28);
INSERT INTO public.notice VALUES (12, 'ops@example.org', 'Announcement #28 (late-run) to news, due 2026-03-01T12:04:12Z, was not sent: the service was not up when it was due.', 'en', NULL, NULL, NULL, '2026-03-01 13:03:12+00', NULL, 28);
INSERT INTO public.notice VALUES (13, 'admin@example.org', 'Announcement #29 (late-hold) to news, due 2026-03-01T12:04:12Z, is held: the service was not up when it was due. An admin can let it go (resume) or skip it.', 'en', NULL, NULL, NULL, '2026-03-01 13:03:12+00', NULL, 29);
INSERT INTO public.notice VALUES (14, 'ops@example.org', 'Announcement #29 (late-hold) to news, due 2026-03-01T12:04:12Z, is held: the service was not up when it was due. An admin can let it go (resume) or skip it.', 'en', NULL, NULL, NULL, '2026-03-01 13:03:12+00', NULL, 29);
INSERT INTO public.notice VALUES (15, 'admin@example.org', NULL, NULL, 'expired', 'sent', NULL, '2026-03-01 13:08:14+00', NULL, 30);
INSERT INTO public.notice VALUES (16, 'admin@example.org', 'Ankündigung #30 (expired) an weather, fällig 2026-03-01T13:03:13Z: an 1 von 7 gesendet, 0 fehlgeschlagen, 6 nicht erreicht: sie ist abgelaufen, bevor sie gesendet werden konnte.', 'de', NULL, NULL, NULL, '2026-03-01 13:08:14+00', NULL, 30);
INSERT INTO public.notice VALUES (17, 'ops@example.org', 'Ankündigung #30 (expired) an weather, fällig 2026-03-01T13:03:13Z: an 1 von 7 gesendet, 0 fehlgeschlagen, 6 nicht erreicht: sie ist abgelaufen, bevor sie gesendet werden konnte.', 'de', NULL, NULL, NULL, '2026-03-01 13:08:14+00', NULL, 30);
INSERT INTO public.notice VALUES (2, 'admin@example.org', NULL, NULL, 'to-people', 'sent', NULL, '2026-03-01 12:01:04+00', '2026-03-01 13:09:21+00', 22);

INSERT INTO public.occurrence VALUES (1, 1, '2026-03-01 12:00:00+00', 'sent', NULL);
INSERT INTO public.occurrence VALUES (2, 2, '2026-03-01 12:00:00+00', 'sent', NULL);
INSERT INTO public.occurrence VALUES (3, 3, '2026-03-01 12:00:00+00', 'sent', NULL);
INSERT INTO public.occurrence VALUES (4, 4, '2026-03-01 12:00:00+00', 'sent', NULL);
INSERT INTO public.occurrence VALUES (5, 5, '2026-03-01 12:00:00+00', 'sent', NULL);
INSERT INTO public.occurrence VALUES (6, 6, '2026-03-01 12:00:00+00', 'sent', NULL);
INSERT INTO public.occurrence VALUES (7, 7, '2026-03-01 12:00:00+00', 'sent', NULL);
INSERT INTO public.occurrence VALUES (8, 8, '2026-03-01 12:00:00+00', 'sent', NULL);
INSERT INTO public.occurrence VALUES (9, 9, '2026-03-01 12:00:00+00', 'sent', NULL);
INSERT INTO public.occurrence VALUES (10, 10, '2026-03-01 12:00:00+00', 'sent', NULL);
INSERT INTO public.occurrence VALUES (11, 11, '2026-03-01 12:00:00+00', 'sent', NULL);
INSERT INTO public.occurrence VALUES (12, 12, '2026-03-01 12:00:00+00', 'sent', NULL);
INSERT INTO public.occurrence VALUES (13, 13, '2026-03-01 12:00:00+00', 'sent', NULL);
INSERT INTO public.occurrence VALUES (14, 14, '2026-03-01 12:00:00+00', 'sent', NULL);
INSERT INTO public.occurrence VALUES (15, 15, '2026-03-01 12:00:00+00', 'sent', NULL);
INSERT INTO public.occurrence VALUES (16, 16, '2026-03-01 12:00:00+00', 'sent', NULL);
INSERT INTO public.occurrence VALUES (17, 17, '2026-03-01 12:01:00+00', 'sent', NULL);
INSERT INTO public.occurrence VALUES (18, 18, '2026-03-01 12:01:00+00', 'sent', NULL);
INSERT INTO public.occurrence VALUES (19, 19, '2026-03-01 12:01:00+00', 'sent', NULL);
INSERT INTO public.occurrence VALUES (20, 20, '2026-03-01 12:01:00+00', 'sent', NULL);
INSERT INTO public.occurrence VALUES (21, 21, '2026-03-01 12:01:01+00', 'sent', NULL);
INSERT INTO public.occurrence VALUES (22, 22, '2026-03-01 12:01:03+00', 'sent', NULL);
INSERT INTO public.occurrence VALUES (23, 23, '2026-03-01 12:01:05+00', 'sent', NULL);
INSERT INTO public.occurrence VALUES (24, 24, '2026-03-01 12:01:07+00', 'failed', NULL);
INSERT INTO public.occurrence VALUES (25, 25, '2026-03-01 12:01:09+00', 'sending', NULL);
INSERT INTO public.occurrence VALUES (26, 26, '2026-03-01 12:03:11+00', 'stopped', NULL);
INSERT INTO public.occurrence VALUES (27, 27, '2026-03-01 12:04:12+00', 'missed', 'late');
INSERT INTO public.occurrence VALUES (28, 28, '2026-03-01 12:04:12+00', 'missed', 'late');
INSERT INTO public.occurrence VALUES (29, 29, '2026-03-01 12:04:12+00', 'held', 'late');
INSERT INTO public.occurrence VALUES (30, 30, '2026-03-01 13:03:13+00', 'sent', 'expired');
INSERT INTO public.occurrence VALUES (31, 33, '2026-03-01 13:09:14+00', 'skipped', NULL);
INSERT INTO public.occurrence VALUES (32, 35, '2026-03-01 13:08:17+00', 'sending', NULL);
INSERT INTO public.occurrence VALUES (33, 36, '2026-03-01 13:08:20+00', 'sending', NULL);

INSERT INTO public.pulse VALUES ('host-1-aaaaaaaa', 'announce.example.org', '0.1.0', true, '2026-03-01 12:00:00+00', '2026-03-01 13:08:21+00');
INSERT INTO public.pulse VALUES ('host-2-bbbbbbbb', 'announce.example.org', '0.1.0', false, '2026-03-01 12:00:00+00', '2026-03-01 12:00:00+00');

INSERT INTO public.request_count VALUES ('admin@example.org', '2026-03-01 12:01:00+00', 1);
INSERT INTO public.request_count VALUES ('user@example.org', '2026-03-01 12:01:00+00', 2);
INSERT INTO public.request_count VALUES ('eve@evil.example', '2026-03-01 12:01:00+00', 1);

INSERT INTO public.schedule VALUES (1, 'role:admin', 'welcome-55d7d6f752fa2bae', 'welcome', '', '{"people": ["r0@example.org"], "list": "news"}', '{"template": "welcome", "values": {}}', 'Europe/Warsaw', NULL, '2026-03-01 12:00:00+00', NULL, 1, NULL, 'run', 86400, false, NULL, NULL, 'sent', NULL, '2026-03-01 12:00:00+00', '2026-03-01 12:01:02+00');
INSERT INTO public.schedule VALUES (2, 'role:admin', 'welcome-80bb177ebc52f041', 'welcome', '', '{"people": ["r1@example.org"], "list": "news"}', '{"template": "welcome", "values": {}}', 'Europe/Warsaw', NULL, '2026-03-01 12:00:00+00', NULL, 1, NULL, 'run', 86400, false, NULL, NULL, 'sent', NULL, '2026-03-01 12:00:00+00', '2026-03-01 12:01:02+00');
INSERT INTO public.schedule VALUES (3, 'role:admin', 'welcome-0b7aa33b6f3d59b6', 'welcome', '', '{"people": ["r2@example.org"], "list": "news"}', '{"template": "welcome", "values": {}}', 'Europe/Warsaw', NULL, '2026-03-01 12:00:00+00', NULL, 1, NULL, 'run', 86400, false, NULL, NULL, 'sent', NULL, '2026-03-01 12:00:00+00', '2026-03-01 12:01:02+00');
INSERT INTO public.schedule VALUES (4, 'role:admin', 'welcome-338e45d4f3872f51', 'welcome', '', '{"people": ["r3@example.org"], "list": "news"}', '{"template": "welcome", "values": {}}', 'Europe/Warsaw', NULL, '2026-03-01 12:00:00+00', NULL, 1, NULL, 'run', 86400, false, NULL, NULL, 'sent', NULL, '2026-03-01 12:00:00+00', '2026-03-01 12:01:02+00');
INSERT INTO public.schedule VALUES (5, 'role:admin', 'welcome-70730c2edf0cc8d8', 'welcome', '', '{"people": ["r4@example.org"], "list": "news"}', '{"template": "welcome", "values": {}}', 'Europe/Warsaw', NULL, '2026-03-01 12:00:00+00', NULL, 1, NULL, 'run', 86400, false, NULL, NULL, 'sent', NULL, '2026-03-01 12:00:00+00', '2026-03-01 12:01:02+00');
INSERT INTO public.schedule VALUES (6, 'role:admin', 'welcome-18e3de8dba75d61e', 'welcome', '', '{"people": ["r5@example.org"], "list": "news"}', '{"template": "welcome", "values": {}}', 'Europe/Warsaw', NULL, '2026-03-01 12:00:00+00', NULL, 1, NULL, 'run', 86400, false, NULL, NULL, 'sent', NULL, '2026-03-01 12:00:00+00', '2026-03-01 12:01:02+00');
INSERT INTO public.schedule VALUES (7, 'role:admin', 'welcome-ccba9d82c577ea3f', 'welcome', '', '{"people": ["r6@example.org"], "list": "news"}', '{"template": "welcome", "values": {}}', 'Europe/Warsaw', NULL, '2026-03-01 12:00:00+00', NULL, 1, NULL, 'run', 86400, false, NULL, NULL, 'sent', NULL, '2026-03-01 12:00:00+00', '2026-03-01 12:01:02+00');
INSERT INTO public.schedule VALUES (8, 'role:admin', 'welcome-92f0e4105fa1d2c0', 'welcome', '', '{"people": ["r7@example.org"], "list": "news"}', '{"template": "welcome", "values": {}}', 'Europe/Warsaw', NULL, '2026-03-01 12:00:00+00', NULL, 1, NULL, 'run', 86400, false, NULL, NULL, 'sent', NULL, '2026-03-01 12:00:00+00', '2026-03-01 12:01:02+00');
INSERT INTO public.schedule VALUES (9, 'role:admin', 'welcome-14caf3e981dd92fe', 'welcome', '', '{"people": ["r8@example.org"], "list": "news"}', '{"template": "welcome", "values": {}}', 'Europe/Warsaw', NULL, '2026-03-01 12:00:00+00', NULL, 1, NULL, 'run', 86400, false, NULL, NULL, 'sent', NULL, '2026-03-01 12:00:00+00', '2026-03-01 12:01:02+00');
INSERT INTO public.schedule VALUES (10, 'role:admin', 'welcome-78c86a7ea9f57b30', 'welcome', '', '{"people": ["r9@example.org"], "list": "news"}', '{"template": "welcome", "values": {}}', 'Europe/Warsaw', NULL, '2026-03-01 12:00:00+00', NULL, 1, NULL, 'run', 86400, false, NULL, NULL, 'sent', NULL, '2026-03-01 12:00:00+00', '2026-03-01 12:01:02+00');
INSERT INTO public.schedule VALUES (11, 'role:admin', 'welcome-54a4597cde2204ed', 'welcome', '', '{"people": ["r10@example.org"], "list": "news"}', '{"template": "welcome", "values": {}}', 'Europe/Warsaw', NULL, '2026-03-01 12:00:00+00', NULL, 1, NULL, 'run', 86400, false, NULL, NULL, 'sent', NULL, '2026-03-01 12:00:00+00', '2026-03-01 12:01:02+00');
INSERT INTO public.schedule VALUES (12, 'role:admin', 'welcome-cecdf8025383231f', 'welcome', '', '{"people": ["r11@example.org"], "list": "news"}', '{"template": "welcome", "values": {}}', 'Europe/Warsaw', NULL, '2026-03-01 12:00:00+00', NULL, 1, NULL, 'run', 86400, false, NULL, NULL, 'sent', NULL, '2026-03-01 12:00:00+00', '2026-03-01 12:01:02+00');
INSERT INTO public.schedule VALUES (13, 'role:admin', 'welcome-2b319872e67493a2', 'welcome', '', '{"people": ["user@example.org"], "list": "news"}', '{"template": "welcome", "values": {}}', 'Europe/Warsaw', NULL, '2026-03-01 12:00:00+00', NULL, 1, NULL, 'run', 86400, false, NULL, NULL, 'sent', NULL, '2026-03-01 12:00:00+00', '2026-03-01 12:01:02+00');
INSERT INTO public.schedule VALUES (14, 'role:admin', 'welcome-0d3bc5490d81ea57', 'welcome', '', '{"people": ["de@example.org"], "list": "news"}', '{"template": "welcome", "values": {}}', 'Europe/Warsaw', NULL, '2026-03-01 12:00:00+00', NULL, 1, NULL, 'run', 86400, false, NULL, NULL, 'sent', NULL, '2026-03-01 12:00:00+00', '2026-03-01 12:01:02+00');
INSERT INTO public.schedule VALUES (15, 'role:admin', 'welcome-f56482643d9c2447', 'welcome', '', '{"people": ["fr@example.org"], "list": "news"}', '{"template": "welcome", "values": {}}', 'Europe/Warsaw', NULL, '2026-03-01 12:00:00+00', NULL, 1, NULL, 'run', 86400, false, NULL, NULL, 'sent', NULL, '2026-03-01 12:00:00+00', '2026-03-01 12:01:02+00');
INSERT INTO public.schedule VALUES (16, 'role:admin', 'welcome-9a59a5ad5125f312', 'welcome', '', '{"people": ["seen@example.org"], "list": "news"}', '{"template": "welcome", "values": {}}', 'Europe/Warsaw', NULL, '2026-03-01 12:00:00+00', NULL, 1, NULL, 'run', 86400, false, NULL, NULL, 'sent', NULL, '2026-03-01 12:00:00+00', '2026-03-01 12:01:02+00');
INSERT INTO public.schedule VALUES (17, 'role:admin', 'welcome-7233ae4ab6ffc7be', 'welcome', '', '{"people": ["removed@example.org"], "list": "news"}', '{"template": "welcome", "values": {}}', 'Europe/Warsaw', NULL, '2026-03-01 12:01:00+00', NULL, 1, NULL, 'run', 86400, false, NULL, NULL, 'sent', NULL, '2026-03-01 12:01:00+00', '2026-03-01 12:01:02+00');
INSERT INTO public.schedule VALUES (18, 'role:admin', 'welcome-e19157b29693d75f', 'welcome', '', '{"people": ["again@example.org"], "list": "news"}', '{"template": "welcome", "values": {}}', 'Europe/Warsaw', NULL, '2026-03-01 12:01:00+00', NULL, 1, NULL, 'run', 86400, false, NULL, NULL, 'sent', NULL, '2026-03-01 12:01:00+00', '2026-03-01 12:01:02+00');
INSERT INTO public.schedule VALUES (19, 'role:admin', 'welcome-b781f5dabad2d7cb', 'welcome', '', '{"people": ["gone@example.org"], "list": "news"}', '{"template": "welcome", "values": {}}', 'Europe/Warsaw', NULL, '2026-03-01 12:01:00+00', NULL, 1, NULL, 'run', 86400, false, NULL, NULL, 'sent', NULL, '2026-03-01 12:01:00+00', '2026-03-01 12:01:02+00');
INSERT INTO public.schedule VALUES (20, 'role:admin', 'welcome-a16d10bc03bae26c', 'welcome', '', '{"people": ["away@example.org"], "list": "news"}', '{"template": "welcome", "values": {}}', 'Europe/Warsaw', NULL, '2026-03-01 12:01:00+00', NULL, 1, NULL, 'run', 86400, false, NULL, NULL, 'sent', NULL, '2026-03-01 12:01:00+00', '2026-03-01 12:01:02+00');
INSERT INTO public.schedule VALUES (21, 'admin@example.org', 'by-template', 'iq', '5020e2557d631f4bea56aef35f7f6a6108dfaff7e53a03f8954d7db18c491cc4', '{"list": "news"}', '{"template": "maintenance", "values": {"summary": {"en": "New disks", "de": "Neue Platten"}, "start": {"": "2026-03-05T22:00:00Z"}}}', 'Europe/Warsaw', NULL, '2026-03-01 12:01:01+00', NULL, 1, NULL, 'run', 600, true, '<metadata xmlns=''urn:xmpp:scheduling:0''><late xmlns=''urn:x-carillon:announce:0'' policy=''run'' within=''600''/></metadata>', NULL, 'sent', NULL, '2026-03-01 12:01:00+00', '2026-03-01 12:01:02+00');
INSERT INTO public.schedule VALUES (22, 'admin@example.org', 'to-people', 'iq', '140bdd3efe225ac9c9f94bd022a517f5d6904e9ca4e81d378ef2ada4160dcbc0', '{"people": ["r0@example.org", "stranger@example.org"], "list": null}', '{"texts": [{"language": "en", "subject": "Subject", "body": "Hello"}, {"language": "de", "subject": null, "body": "Hallo"}], "payloads": []}', '', NULL, '2026-03-01 12:01:03+00', NULL, 1, NULL, 'run', 600, true, NULL, NULL, 'sent', NULL, '2026-03-01 12:01:02+00', '2026-03-01 12:01:04+00');
INSERT INTO public.schedule VALUES (23, 'admin@example.org', 'to-nobody', 'iq', '91de948d10f2bee6bd2def7a52fb851e72adfcce639dad3fc5988bab0213dc43', '{"list": "staff"}', '{"texts": [{"language": "en", "subject": null, "body": "Hello"}], "payloads": []}', '', NULL, '2026-03-01 12:01:05+00', NULL, 1, NULL, 'run', 600, true, NULL, NULL, 'sent', NULL, '2026-03-01 12:01:04+00', '2026-03-01 12:01:06+00');
INSERT INTO public.schedule VALUES (24, 'admin@example.org', 'failed', 'iq', '3d3593cb66dc19fc580293ba3f91090d98016f325fcc0f506af26bcdeaeba9f6', '{"people": ["r5@example.org"], "list": null}', '{"texts": [{"language": "en", "subject": null, "body": "Hello"}], "payloads": []}', '', NULL, '2026-03-01 12:01:07+00', NULL, 1, NULL, 'run', 600, true, NULL, NULL, 'failed', NULL, '2026-03-01 12:01:06+00', '2026-03-01 12:01:08+00');
INSERT INTO public.schedule VALUES (25, 'admin@example.org', 'retried', 'iq', '44584932d9d0d1f08afd03c5529a197cbacf1f956d62dbc6fa6740f375fdee12', '{"list": "weather"}', '{"texts": [{"language": "en", "subject": null, "body": "Hello"}], "payloads": []}', '', NULL, '2026-03-01 12:01:09+00', NULL, 1, NULL, 'run', 600, true, NULL, NULL, 'running', NULL, '2026-03-01 12:01:08+00', NULL);
INSERT INTO public.schedule VALUES (26, 'admin@example.org', 'stopped', 'iq', 'b100159673487a1afd54a269e8b748ce8f6208847c9f50a45878dfa650d36867', '{"list": "news"}', '{"texts": [{"language": "en", "subject": null, "body": "Hello"}], "payloads": []}', '', NULL, '2026-03-01 12:03:11+00', NULL, 1, NULL, 'run', 600, true, NULL, NULL, 'cancelled', NULL, '2026-03-01 12:03:10+00', '2026-03-01 12:03:12+00');
INSERT INTO public.schedule VALUES (27, 'admin@example.org', 'late-skip', 'iq', '8cea4ea4582e542c6e452863824af28c9f7b8be57a7b500d1696d2cbd4393231', '{"list": "news"}', '{"texts": [{"language": "en", "subject": null, "body": "Hello"}], "payloads": []}', '', NULL, '2026-03-01 12:04:12+00', NULL, 1, NULL, 'skip', 600, true, NULL, NULL, 'failed', 'late', '2026-03-01 12:03:12+00', '2026-03-01 13:03:12+00');
INSERT INTO public.schedule VALUES (28, 'admin@example.org', 'late-run', 'iq', '886e736fa1c9a9213113cc88fa528531d44f644dbcf023f4ee5e6c0107fe5f7e', '{"list": "news"}', '{"texts": [{"language": "en", "subject": null, "body": "Hello"}], "payloads": []}', '', NULL, '2026-03-01 12:04:12+00', NULL, 1, NULL, 'run', 600, true, NULL, NULL, 'failed', 'late', '2026-03-01 12:03:12+00', '2026-03-01 13:03:12+00');
INSERT INTO public.schedule VALUES (29, 'admin@example.org', 'late-hold', 'iq', '8271a9a54468bd47f621242e7c5423b28f44254d4cceff5d22969e951a554a55', '{"list": "news"}', '{"texts": [{"language": "en", "subject": null, "body": "Hello"}], "payloads": []}', '', NULL, '2026-03-01 12:04:12+00', NULL, 1, NULL, 'hold', 600, true, NULL, NULL, 'held', 'late', '2026-03-01 12:03:12+00', NULL);
INSERT INTO public.schedule VALUES (30, 'admin@example.org', 'expired', 'iq', '82aa15dcf4b1466b409e3620ff5bf3ffac0aa404d49dd3b5b6ed77a0583988c7', '{"list": "weather"}', '{"texts": [{"language": "en", "subject": null, "body": "Hello"}], "payloads": []}', '', NULL, '2026-03-01 13:03:13+00', NULL, 1, '2026-03-01 13:04:12+00', 'run', 600, true, NULL, NULL, 'sent', 'expired', '2026-03-01 13:03:12+00', '2026-03-01 13:08:14+00');
INSERT INTO public.schedule VALUES (31, 'pub@example.org', 'cancelled', 'iq', '1f258a5d5c50b408a785ad3caac8e23306ab1cd888cc76028b42e792c3eb1804', '{"list": "news"}', '{"texts": [{"language": "en", "subject": null, "body": "Hello"}], "payloads": []}', '', NULL, '2026-03-01 14:08:14+00', NULL, 0, NULL, 'run', 600, true, NULL, NULL, 'cancelled', NULL, '2026-03-01 13:08:14+00', '2026-03-01 13:08:14+00');
INSERT INTO public.schedule VALUES (32, 'admin@example.org', 'paused', 'iq', 'b23e83b0e58d55d4cb3badf41341f1b7f8ecc32bd55a7aff6fa6e5bcf5ad96d1', '{"list": "news"}', '{"texts": [{"language": "en", "subject": null, "body": "Hello"}], "payloads": []}', 'Europe/Warsaw', 'FREQ=DAILY;COUNT=5', '2026-03-01 13:09:14+00', '2026-03-01 13:09:14+00', 0, NULL, 'run', 600, true, NULL, NULL, 'paused', NULL, '2026-03-01 13:08:14+00', NULL);
INSERT INTO public.schedule VALUES (33, 'admin@example.org', 'skipped', 'iq', 'b23e83b0e58d55d4cb3badf41341f1b7f8ecc32bd55a7aff6fa6e5bcf5ad96d1', '{"list": "news"}', '{"texts": [{"language": "en", "subject": null, "body": "Hello"}], "payloads": []}', 'Europe/Warsaw', 'FREQ=DAILY;COUNT=5', '2026-03-01 13:09:14+00', '2026-03-02 13:09:14+00', 1, NULL, 'run', 600, true, NULL, NULL, 'pending', NULL, '2026-03-01 13:08:14+00', NULL);
INSERT INTO public.schedule VALUES (34, 'admin@example.org', 'recurring', 'iq', 'a738b748d850611d5046970541a902ac14ba71a66f8c032d9869c8bbaf39b245', '{"list": "weather"}', '{"texts": [{"language": "en", "subject": null, "body": "Hello"}], "payloads": []}', 'Europe/Warsaw', 'FREQ=DAILY;COUNT=5', '2026-03-01 13:09:14+00', '2026-03-01 13:09:14+00', 0, NULL, 'run', 600, true, NULL, NULL, 'pending', NULL, '2026-03-01 13:08:14+00', NULL);
INSERT INTO public.schedule VALUES (35, 'admin@example.org', 'under-way', 'iq', 'ef3cebbb936e7ac3464414252b89ebec261f60327ebaed7e2f402a2419ae6c79', '{"list": "news"}', '{"texts": [{"language": "en", "subject": null, "body": "Hello"}], "payloads": ["<x xmlns=''urn:example:x''><y z=''1''>Gr\u00fc\u00dfe</y></x>"]}', '', NULL, '2026-03-01 13:08:17+00', NULL, 1, NULL, 'run', 600, true, NULL, NULL, 'running', NULL, '2026-03-01 13:08:16+00', NULL);
INSERT INTO public.schedule VALUES (36, 'admin@example.org', 'queued', 'iq', '8bc1408629412bb9cc2cc51efc90679d66140d1771c06841f12e069e4c3f727e', '{"list": "news"}', '{"template": "news", "values": {"headline": {"": "T"}, "text": {"": "Text"}}}', '', NULL, '2026-03-01 13:08:20+00', NULL, 1, NULL, 'run', 600, true, NULL, NULL, 'running', NULL, '2026-03-01 13:08:19+00', NULL);
INSERT INTO public.schedule VALUES (37, 'admin@example.org', 'pending', 'iq', '1f258a5d5c50b408a785ad3caac8e23306ab1cd888cc76028b42e792c3eb1804', '{"list": "news"}', '{"texts": [{"language": "en", "subject": null, "body": "Hello"}], "payloads": []}', '', NULL, '2026-03-01 14:08:21+00', '2026-03-01 14:08:21+00', 0, NULL, 'run', 600, true, NULL, NULL, 'pending', NULL, '2026-03-01 13:08:21+00', NULL);
INSERT INTO public.schedule VALUES (38, 'pub@example.org', 'pending', 'iq', '0477c4d0885929850e62b9f2243094ee3d711cb9f4d47f22a17d3b57d1946166', '{"list": "news"}', '{"texts": [{"language": "en", "subject": null, "body": "Hello"}], "payloads": []}', '', NULL, '2026-03-01 15:08:21+00', '2026-03-01 15:08:21+00', 0, NULL, 'run', 600, true, NULL, NULL, 'pending', NULL, '2026-03-01 13:08:21+00', NULL);
INSERT INTO public.schedule VALUES (39, 'admin@example.org', 'monthly', 'iq', '944c1f8642d8598fbe808c3eb9f55c4a70b5541018569f792fe92f96d3a17224', '{"list": "news"}', '{"template": "maintenance", "values": {"summary": {"en": "New disks", "de": "Neue Platten"}, "start": {"": "2026-04-01T22:00:00Z"}}}', 'Europe/Warsaw', 'FREQ=MONTHLY;COUNT=3', '2026-03-01 15:08:21+00', '2026-03-01 15:08:21+00', 0, NULL, 'run', 600, true, '<metadata xmlns=''urn:xmpp:scheduling:0''><late xmlns=''urn:x-carillon:announce:0'' policy=''run'' within=''600''/></metadata>', NULL, 'pending', NULL, '2026-03-01 13:08:21+00', NULL);
INSERT INTO public.schedule VALUES (40, 'admin@example.org', 'for-two', 'iq', '0cfcc96aa50ab8594391445d33aa8738b870a9e35d52dc36f8168f1b912f23f9', '{"people": ["r0@example.org", "r1@example.org"], "list": null}', '{"texts": [{"language": "en", "subject": null, "body": "Hello"}], "payloads": []}', '', NULL, '2026-03-01 15:08:21+00', '2026-03-01 15:08:21+00', 0, '2026-04-01 00:00:00+00', 'run', 600, false, NULL, NULL, 'pending', NULL, '2026-03-01 13:08:21+00', NULL);

INSERT INTO public.subscriber VALUES (1, 'r0@example.org', NULL, NULL, NULL, 0, NULL, '2026-03-01 12:00:00+00');
INSERT INTO public.subscriber VALUES (4, 'r3@example.org', NULL, NULL, NULL, 0, NULL, '2026-03-01 12:00:00+00');
INSERT INTO public.subscriber VALUES (5, 'r4@example.org', NULL, NULL, NULL, 0, NULL, '2026-03-01 12:00:00+00');
INSERT INTO public.subscriber VALUES (6, 'r5@example.org', NULL, NULL, NULL, 0, NULL, '2026-03-01 12:00:00+00');
INSERT INTO public.subscriber VALUES (7, 'r6@example.org', NULL, NULL, NULL, 0, NULL, '2026-03-01 12:00:00+00');
INSERT INTO public.subscriber VALUES (8, 'r7@example.org', NULL, NULL, NULL, 0, NULL, '2026-03-01 12:00:00+00');
INSERT INTO public.subscriber VALUES (9, 'r8@example.org', NULL, NULL, NULL, 0, NULL, '2026-03-01 12:00:00+00');
INSERT INTO public.subscriber VALUES (10, 'r9@example.org', NULL, NULL, NULL, 0, NULL, '2026-03-01 12:00:00+00');
INSERT INTO public.subscriber VALUES (11, 'r10@example.org', NULL, NULL, NULL, 0, NULL, '2026-03-01 12:00:00+00');
INSERT INTO public.subscriber VALUES (12, 'r11@example.org', NULL, NULL, NULL, 0, NULL, '2026-03-01 12:00:00+00');
INSERT INTO public.subscriber VALUES (19, 'user@example.org', NULL, 'pl', NULL, 0, NULL, '2026-03-01 12:00:00+00');
INSERT INTO public.subscriber VALUES (17, 'de@example.org', 'de', NULL, 'Europe/Berlin', 0, NULL, '2026-03-01 12:00:00+00');
INSERT INTO public.subscriber VALUES (21, 'fr@example.org', 'fr-CA', 'en', 'America/Toronto', 0, NULL, '2026-03-01 12:00:00+00');
INSERT INTO public.subscriber VALUES (22, 'seen@example.org', NULL, 'es', NULL, 0, NULL, '2026-03-01 12:00:00+00');
INSERT INTO public.subscriber VALUES (2, 'r1@example.org', NULL, 'de', NULL, 0, NULL, '2026-03-01 12:00:00+00');
INSERT INTO public.subscriber VALUES (26, 'left@example.org', NULL, NULL, NULL, 0, NULL, '2026-03-01 12:01:00+00');
INSERT INTO public.subscriber VALUES (27, 'removed@example.org', NULL, NULL, NULL, 0, NULL, '2026-03-01 12:01:00+00');
INSERT INTO public.subscriber VALUES (28, 'again@example.org', NULL, NULL, NULL, 0, NULL, '2026-03-01 12:01:00+00');
INSERT INTO public.subscriber VALUES (30, 'gone@example.org', NULL, NULL, NULL, 0, NULL, '2026-03-01 12:01:00+00');
INSERT INTO public.subscriber VALUES (31, 'away@example.org', NULL, NULL, NULL, 0, NULL, '2026-03-01 12:01:00+00');
INSERT INTO public.subscriber VALUES (3, 'r2@example.org', NULL, NULL, NULL, 1, '2026-03-01 12:01:02+00', '2026-03-01 12:00:00+00');

INSERT INTO public.subscription VALUES (1, 1, 1, 'admin', '2026-03-01 12:00:00+00', NULL, NULL);
INSERT INTO public.subscription VALUES (2, 1, 2, 'admin', '2026-03-01 12:00:00+00', NULL, NULL);
INSERT INTO public.subscription VALUES (3, 1, 3, 'admin', '2026-03-01 12:00:00+00', NULL, NULL);
INSERT INTO public.subscription VALUES (5, 1, 5, 'admin', '2026-03-01 12:00:00+00', NULL, NULL);
INSERT INTO public.subscription VALUES (6, 1, 6, 'admin', '2026-03-01 12:00:00+00', NULL, NULL);
INSERT INTO public.subscription VALUES (7, 1, 7, 'admin', '2026-03-01 12:00:00+00', NULL, NULL);
INSERT INTO public.subscription VALUES (8, 1, 8, 'admin', '2026-03-01 12:00:00+00', NULL, NULL);
INSERT INTO public.subscription VALUES (9, 1, 9, 'admin', '2026-03-01 12:00:00+00', NULL, NULL);
INSERT INTO public.subscription VALUES (10, 1, 10, 'admin', '2026-03-01 12:00:00+00', NULL, NULL);
INSERT INTO public.subscription VALUES (11, 1, 11, 'admin', '2026-03-01 12:00:00+00', NULL, NULL);
INSERT INTO public.subscription VALUES (12, 1, 12, 'admin', '2026-03-01 12:00:00+00', NULL, NULL);
INSERT INTO public.subscription VALUES (13, 2, 1, 'admin', '2026-03-01 12:00:00+00', NULL, NULL);
INSERT INTO public.subscription VALUES (14, 2, 2, 'admin', '2026-03-01 12:00:00+00', NULL, NULL);
INSERT INTO public.subscription VALUES (15, 2, 3, 'admin', '2026-03-01 12:00:00+00', NULL, NULL);
INSERT INTO public.subscription VALUES (16, 2, 4, 'admin', '2026-03-01 12:00:00+00', NULL, NULL);
INSERT INTO public.subscription VALUES (17, 2, 17, 'admin', '2026-03-01 12:00:00+00', NULL, NULL);
INSERT INTO public.subscription VALUES (18, 6, 1, 'admin', '2026-03-01 12:00:00+00', NULL, NULL);
INSERT INTO public.subscription VALUES (19, 1, 19, 'presence', '2026-03-01 12:00:00+00', NULL, NULL);
INSERT INTO public.subscription VALUES (20, 1, 17, 'admin', '2026-03-01 12:00:00+00', NULL, NULL);
INSERT INTO public.subscription VALUES (21, 1, 21, 'admin', '2026-03-01 12:00:00+00', NULL, NULL);
INSERT INTO public.subscription VALUES (22, 1, 22, 'admin', '2026-03-01 12:00:00+00', NULL, NULL);
INSERT INTO public.subscription VALUES (24, 2, 21, 'admin', '2026-03-01 12:00:00+00', NULL, NULL);
INSERT INTO public.subscription VALUES (25, 2, 22, 'admin', '2026-03-01 12:00:00+00', NULL, NULL);
INSERT INTO public.subscription VALUES (26, 2, 26, 'presence', '2026-03-01 12:01:00+00', '2026-03-01 12:01:00+00', 'left');
INSERT INTO public.subscription VALUES (27, 1, 27, 'admin', '2026-03-01 12:01:00+00', '2026-03-01 12:01:00+00', 'removed');
INSERT INTO public.subscription VALUES (28, 1, 28, 'admin', '2026-03-01 12:01:00+00', '2026-03-01 12:01:00+00', 'removed');
INSERT INTO public.subscription VALUES (29, 1, 28, 'admin', '2026-03-01 12:01:00+00', NULL, NULL);
INSERT INTO public.subscription VALUES (31, 1, 31, 'admin', '2026-03-01 12:01:00+00', '2026-03-01 12:01:00+00', 'suspended');
INSERT INTO public.subscription VALUES (30, 1, 30, 'admin', '2026-03-01 12:01:00+00', '2026-03-01 12:01:02+00', 'suspended');
INSERT INTO public.subscription VALUES (4, 1, 4, 'admin', '2026-03-01 12:00:00+00', '2026-03-01 13:08:19+00', 'removed');

INSERT INTO public.welcome VALUES (1, 1, '2026-03-01 12:00:00+00');
INSERT INTO public.welcome VALUES (1, 2, '2026-03-01 12:00:00+00');
INSERT INTO public.welcome VALUES (1, 3, '2026-03-01 12:00:00+00');
INSERT INTO public.welcome VALUES (1, 4, '2026-03-01 12:00:00+00');
INSERT INTO public.welcome VALUES (1, 5, '2026-03-01 12:00:00+00');
INSERT INTO public.welcome VALUES (1, 6, '2026-03-01 12:00:00+00');
INSERT INTO public.welcome VALUES (1, 7, '2026-03-01 12:00:00+00');
INSERT INTO public.welcome VALUES (1, 8, '2026-03-01 12:00:00+00');
INSERT INTO public.welcome VALUES (1, 9, '2026-03-01 12:00:00+00');
INSERT INTO public.welcome VALUES (1, 10, '2026-03-01 12:00:00+00');
INSERT INTO public.welcome VALUES (1, 11, '2026-03-01 12:00:00+00');
INSERT INTO public.welcome VALUES (1, 12, '2026-03-01 12:00:00+00');
INSERT INTO public.welcome VALUES (1, 19, '2026-03-01 12:00:00+00');
INSERT INTO public.welcome VALUES (1, 17, '2026-03-01 12:00:00+00');
INSERT INTO public.welcome VALUES (1, 21, '2026-03-01 12:00:00+00');
INSERT INTO public.welcome VALUES (1, 22, '2026-03-01 12:00:00+00');
INSERT INTO public.welcome VALUES (1, 27, '2026-03-01 12:01:00+00');
INSERT INTO public.welcome VALUES (1, 28, '2026-03-01 12:01:00+00');
INSERT INTO public.welcome VALUES (1, 30, '2026-03-01 12:01:00+00');
INSERT INTO public.welcome VALUES (1, 31, '2026-03-01 12:01:00+00');

SELECT pg_catalog.setval('public.audit_id_seq', 13, true);

SELECT pg_catalog.setval('public.broadcast_id_seq', 29, true);

SELECT pg_catalog.setval('public.chunk_id_seq', 45, true);

SELECT pg_catalog.setval('public.list_id_seq', 6, true);

SELECT pg_catalog.setval('public.notice_id_seq', 17, true);

SELECT pg_catalog.setval('public.occurrence_id_seq', 33, true);

SELECT pg_catalog.setval('public.schedule_id_seq', 40, true);

SELECT pg_catalog.setval('public.subscriber_id_seq', 31, true);

SELECT pg_catalog.setval('public.subscription_id_seq', 31, true);

ALTER TABLE ONLY public.alembic_version
    ADD CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num);

ALTER TABLE ONLY public.audit
    ADD CONSTRAINT pk_audit PRIMARY KEY (id);

ALTER TABLE ONLY public.broadcast
    ADD CONSTRAINT pk_broadcast PRIMARY KEY (id);

ALTER TABLE ONLY public.broadcast_recipient
    ADD CONSTRAINT pk_broadcast_recipient PRIMARY KEY (broadcast_id, "position");

ALTER TABLE ONLY public.broadcast_text
    ADD CONSTRAINT pk_broadcast_text PRIMARY KEY (broadcast_id, language, zone);

ALTER TABLE ONLY public.chunk
    ADD CONSTRAINT pk_chunk PRIMARY KEY (id);

ALTER TABLE ONLY public.delivery_exception
    ADD CONSTRAINT pk_delivery_exception PRIMARY KEY (broadcast_id, jid);

ALTER TABLE ONLY public.fact
    ADD CONSTRAINT pk_fact PRIMARY KEY (name);

ALTER TABLE ONLY public.list
    ADD CONSTRAINT pk_list PRIMARY KEY (id);

ALTER TABLE ONLY public.notice
    ADD CONSTRAINT pk_notice PRIMARY KEY (id);

ALTER TABLE ONLY public.occurrence
    ADD CONSTRAINT pk_occurrence PRIMARY KEY (id);

ALTER TABLE ONLY public.pulse
    ADD CONSTRAINT pk_pulse PRIMARY KEY (worker);

ALTER TABLE ONLY public.request_count
    ADD CONSTRAINT pk_request_count PRIMARY KEY (who);

ALTER TABLE ONLY public.schedule
    ADD CONSTRAINT pk_schedule PRIMARY KEY (id);

ALTER TABLE ONLY public.subscriber
    ADD CONSTRAINT pk_subscriber PRIMARY KEY (id);

ALTER TABLE ONLY public.subscription
    ADD CONSTRAINT pk_subscription PRIMARY KEY (id);

ALTER TABLE ONLY public.welcome
    ADD CONSTRAINT pk_welcome PRIMARY KEY (list_id, subscriber_id);

ALTER TABLE ONLY public.broadcast
    ADD CONSTRAINT uq_broadcast_key UNIQUE (key);

ALTER TABLE ONLY public.broadcast
    ADD CONSTRAINT uq_broadcast_occurrence_id UNIQUE (occurrence_id);

ALTER TABLE ONLY public.chunk
    ADD CONSTRAINT uq_chunk_broadcast_id_after UNIQUE (broadcast_id, after);

ALTER TABLE ONLY public.list
    ADD CONSTRAINT uq_list_name UNIQUE (name);

ALTER TABLE ONLY public.occurrence
    ADD CONSTRAINT uq_occurrence_schedule_id_due_at UNIQUE (schedule_id, due_at);

ALTER TABLE ONLY public.schedule
    ADD CONSTRAINT uq_schedule_owner_client_id UNIQUE (owner, client_id);

ALTER TABLE ONLY public.subscriber
    ADD CONSTRAINT uq_subscriber_jid UNIQUE (jid);

CREATE INDEX ix_audit_at ON public.audit USING btree (at);

CREATE INDEX ix_audit_caller_id ON public.audit USING btree (caller, id);

CREATE INDEX ix_broadcast_counted_for_created_at ON public.broadcast USING btree (counted_for, created_at);

CREATE INDEX ix_broadcast_recipient_broadcast_id_jid ON public.broadcast_recipient USING btree (broadcast_id, jid);

CREATE INDEX ix_broadcast_schedule_id_id ON public.broadcast USING btree (schedule_id, id);

CREATE INDEX ix_broadcast_sending ON public.broadcast USING btree (total, id) WHERE (state = 'sending'::text);

CREATE INDEX ix_chunk_leased ON public.chunk USING btree (worker) WHERE (worker IS NOT NULL);

CREATE INDEX ix_chunk_open ON public.chunk USING btree (broadcast_id, id) WHERE (NOT finished);

CREATE INDEX ix_delivery_exception_broadcast_id_kind ON public.delivery_exception USING btree (broadcast_id, kind);

CREATE INDEX ix_delivery_exception_next ON public.delivery_exception USING btree (next_at) WHERE (next_at IS NOT NULL);

CREATE INDEX ix_schedule_due ON public.schedule USING btree (next_at, id) WHERE (state = ANY (ARRAY['pending'::text, 'running'::text]));

CREATE INDEX ix_schedule_live ON public.schedule USING btree (state) WHERE (state = ANY (ARRAY['held'::text, 'paused'::text, 'pending'::text, 'running'::text]));

CREATE INDEX ix_schedule_owner_id ON public.schedule USING btree (owner, id);

CREATE INDEX ix_schedule_owner_state ON public.schedule USING btree (owner, state);

CREATE INDEX ix_subscription_list_id_id ON public.subscription USING btree (list_id, id);

CREATE INDEX ix_subscription_subscriber_id ON public.subscription USING btree (subscriber_id);

CREATE UNIQUE INDEX uq_subscription_active ON public.subscription USING btree (list_id, subscriber_id) WHERE (ended_at IS NULL);

ALTER TABLE ONLY public.broadcast
    ADD CONSTRAINT fk_broadcast_list_id_list FOREIGN KEY (list_id) REFERENCES public.list(id);

ALTER TABLE ONLY public.broadcast
    ADD CONSTRAINT fk_broadcast_occurrence_id_occurrence FOREIGN KEY (occurrence_id) REFERENCES public.occurrence(id);

ALTER TABLE ONLY public.broadcast_recipient
    ADD CONSTRAINT fk_broadcast_recipient_broadcast_id_broadcast FOREIGN KEY (broadcast_id) REFERENCES public.broadcast(id);

ALTER TABLE ONLY public.broadcast
    ADD CONSTRAINT fk_broadcast_schedule_id_schedule FOREIGN KEY (schedule_id) REFERENCES public.schedule(id);

ALTER TABLE ONLY public.broadcast_text
    ADD CONSTRAINT fk_broadcast_text_broadcast_id_broadcast FOREIGN KEY (broadcast_id) REFERENCES public.broadcast(id);

ALTER TABLE ONLY public.chunk
    ADD CONSTRAINT fk_chunk_broadcast_id_broadcast FOREIGN KEY (broadcast_id) REFERENCES public.broadcast(id);

ALTER TABLE ONLY public.delivery_exception
    ADD CONSTRAINT fk_delivery_exception_broadcast_id_broadcast FOREIGN KEY (broadcast_id) REFERENCES public.broadcast(id);

ALTER TABLE ONLY public.occurrence
    ADD CONSTRAINT fk_occurrence_schedule_id_schedule FOREIGN KEY (schedule_id) REFERENCES public.schedule(id);

ALTER TABLE ONLY public.subscription
    ADD CONSTRAINT fk_subscription_list_id_list FOREIGN KEY (list_id) REFERENCES public.list(id);

ALTER TABLE ONLY public.subscription
    ADD CONSTRAINT fk_subscription_subscriber_id_subscriber FOREIGN KEY (subscriber_id) REFERENCES public.subscriber(id);

ALTER TABLE ONLY public.welcome
    ADD CONSTRAINT fk_welcome_list_id_list FOREIGN KEY (list_id) REFERENCES public.list(id);

ALTER TABLE ONLY public.welcome
    ADD CONSTRAINT fk_welcome_subscriber_id_subscriber FOREIGN KEY (subscriber_id) REFERENCES public.subscriber(id);

