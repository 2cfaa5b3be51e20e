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
CREATE TABLE public.access_tokens (
    id bigint NOT NULL,
    digest bytea NOT NULL,
    grant_id bigint NOT NULL,
    client bigint NOT NULL,
    subject bigint,
    scope text NOT NULL,
    expires_at bigint NOT NULL
);
CREATE TABLE public.attempts (
    key bytea NOT NULL,
    count bigint NOT NULL,
    since bigint NOT NULL
);
CREATE TABLE public.audit (
    id bigint NOT NULL,
    at bigint NOT NULL,
    event text NOT NULL,
    client bigint,
    subject bigint,
    grant_id bigint
);
CREATE TABLE public.changes (
    seq bigint NOT NULL,
    kind text NOT NULL,
    ref bigint NOT NULL,
    until bigint NOT NULL
);
CREATE TABLE public.client_logos (
    client bigint NOT NULL,
    media_type text NOT NULL,
    bytes bytea NOT NULL
);
CREATE TABLE public.client_secrets (
    client bigint NOT NULL,
    digest bytea NOT NULL,
    created_at bigint NOT NULL
);
CREATE TABLE public.clients (
    no bigint NOT NULL,
    id text NOT NULL,
    name text NOT NULL,
    homepage text NOT NULL,
    description text NOT NULL,
    owner bigint NOT NULL,
    kind text NOT NULL,
    redirect_uris text NOT NULL,
    grants text NOT NULL,
    scopes text,
    approved text NOT NULL,
    resource_server boolean NOT NULL,
    status text NOT NULL,
    cutoff bigint NOT NULL,
    reviewed_at bigint,
    logo bytea,
    created_at bigint NOT NULL,
    deleted_at bigint,
    test boolean DEFAULT false NOT NULL,
    documented boolean DEFAULT false NOT NULL
);
CREATE TABLE public.codes (
    id bigint NOT NULL,
    digest bytea NOT NULL,
    client bigint NOT NULL,
    subject bigint NOT NULL,
    scope text NOT NULL,
    scope_named boolean NOT NULL,
    redirect_uri text NOT NULL,
    challenge text,
    auth_time bigint NOT NULL,
    expires_at bigint NOT NULL
);
CREATE TABLE public.consents (
    subject bigint NOT NULL,
    client bigint NOT NULL,
    scope text NOT NULL,
    redirect_uris text NOT NULL,
    granted_at bigint NOT NULL
);
CREATE TABLE public.device_codes (
    id bigint NOT NULL,
    digest bytea NOT NULL,
    user_code bytea NOT NULL,
    client bigint NOT NULL,
    scope text NOT NULL,
    scope_named boolean NOT NULL,
    expires_at bigint NOT NULL,
    wait bigint NOT NULL,
    polled_at bigint,
    answer text,
    answered_as bigint,
    subject bigint,
    auth_time bigint
);
CREATE TABLE public.epochs (
    cutoff bigint NOT NULL,
    at bigint NOT NULL,
    subjects_above bigint NOT NULL
);
CREATE TABLE public.grants (
    id bigint NOT NULL,
    client bigint NOT NULL,
    subject bigint NOT NULL,
    scope text NOT NULL,
    auth_time bigint NOT NULL,
    started_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    revoked_at bigint
);
CREATE TABLE public.interactions (
    id bigint NOT NULL,
    digest bytea NOT NULL,
    client bigint NOT NULL,
    request text NOT NULL,
    expires_at bigint NOT NULL,
    answered_at bigint
);
CREATE TABLE public.nodes (
    node bigint NOT NULL,
    lease_until bigint NOT NULL,
    holder text NOT NULL
);
CREATE TABLE public.people (
    subject bigint NOT NULL,
    email text NOT NULL,
    email_key text NOT NULL,
    name text NOT NULL,
    admin boolean NOT NULL,
    password text NOT NULL,
    disabled_at bigint,
    cutoff bigint NOT NULL,
    created_at bigint NOT NULL,
    test_app bigint
);
CREATE TABLE public.refinery_schema_history (
    version bigint NOT NULL,
    name text NOT NULL,
    applied_on text NOT NULL,
    checksum text NOT NULL
);
CREATE TABLE public.refresh_replies (
    id bigint NOT NULL,
    sealed bytea NOT NULL
);
CREATE TABLE public.refresh_tokens (
    id bigint NOT NULL,
    digest bytea NOT NULL,
    grant_id bigint NOT NULL,
    expires_at bigint NOT NULL
);
CREATE TABLE public.sessions (
    id bigint NOT NULL,
    digest bytea NOT NULL,
    subject bigint NOT NULL,
    auth_time bigint NOT NULL,
    expires_at bigint NOT NULL,
    browser text NOT NULL
);
CREATE TABLE public.used_refresh_tokens (
    id bigint NOT NULL,
    successor bigint NOT NULL,
    used_at bigint NOT NULL
);
INSERT INTO public.access_tokens VALUES (251524642437595136, '\xc53eb759c100eaf401939e59a8cb95e92708457a579b6ba29ea3b86fabeb59f4', 251524642324348928, 8, 251524628160188416, 'tasks:read tasks:write', 3900000000);
INSERT INTO public.access_tokens VALUES (251524642483732480, '\x4ec7656910dafa927e1a4e265cb82d5f3becd105a8a0ff179207938f5ee3e642', 251524642471149568, 8, 251524628160188416, 'tasks:read', 3900000000);
INSERT INTO public.access_tokens VALUES (251524642508898304, '\x228c974b05e4c0e7e1e301343a3946b2759362e2bae1433db6e6fdb4d0494766', 251524642471149568, 8, 251524628160188416, 'tasks:read', 3900000000);
INSERT INTO public.access_tokens VALUES (251524642588590080, '\xc05620991ecdf70c05f281efac33b359eeb74a3172c2a8f1e766b2e2c11612d2', 251524642471149568, 8, 251524628160188416, 'tasks:read', 3900000000);
INSERT INTO public.access_tokens VALUES (251524642617950208, '\xb42af8614418b35c04846b791f274057aebf9e7933b9d6edd6afc9c99673e082', 251524642605367296, 8, 251524628160188416, 'tasks:read', 3900000000);
INSERT INTO public.access_tokens VALUES (251524642764750848, '\xbcb9f2d79ed689ddc0c49e1066fb718f8cdf7be2647d126cd1e28ba1ea233cb1', 8, 8, NULL, 'tasks:read', 3900000000);
INSERT INTO public.access_tokens VALUES (251524643880435712, '\xc2da0db612ead90f0452a971acd6bda4f0250f9ba7004b13fa217316dd47982a', 251524643708469248, 8, 251524628160188416, 'tasks:read', 3900000000);
INSERT INTO public.attempts VALUES ('\xff8b1b645d00455f773de4c5e56a1b766dd0b68614b4d0c80cccd0d3bd7091ec', 0, 1795657745);
INSERT INTO public.attempts VALUES ('\xc8c8c0d05f22b9da087c7b54642274001614676f76d0db8b7c71a49c5eeff84e', 0, 1795657747);
INSERT INTO public.attempts VALUES ('\x562fa777a9d6bdf6e27f714dacd69cf1d9efd06b76bc753f51449e2b8a5b4190', 0, 1795657747);
INSERT INTO public.attempts VALUES ('\x0cb8f8bf5cb992aa0ed7c67b67d38209278eed5927f3822e9a54bdedc134a798', 1, 1795657745);
INSERT INTO public.attempts VALUES ('\x4eccc9fe785ff33ca405a0ff4020e6ef1f349a6159277c8317256984c8af4a92', 0, 1795657748);
INSERT INTO public.attempts VALUES ('\x2a440d8bffabd5316dc5c0e6917e8acf073932a4e9dfcf539ba79af2ee7cf72f', 0, 1795657748);
INSERT INTO public.attempts VALUES ('\x486e07e8d607af90b8f6d6d39ac8a91dcbd8518baf3f0e498e296b97179dfa1a', 0, 1795657748);
INSERT INTO public.attempts VALUES ('\x46ba9f1a03907610928bc00a6b2c96e90b264629edc5f50bff202dba600e7425', 0, 1795657748);
INSERT INTO public.attempts VALUES ('\xd47ee560d1131cec134d1202ffb4514a2bc15d93573f6fa495e09eda060c08da', 0, 1795657748);
INSERT INTO public.attempts VALUES ('\x480fce3ffec2b09d3f962637249297407710442d44621a8a45a2f6a009f0e95e', 0, 1795657748);
INSERT INTO public.attempts VALUES ('\x8f68b78626a6ac155e4479b42ab58529f69afb70d4a5e23581b59d2ad03a52ea', 0, 1795657748);
INSERT INTO public.attempts VALUES ('\x42b786e15df02b8dbf806855cd954b7ada9a3654091450f69e52282b31c3ba76', 0, 1795657748);
INSERT INTO public.attempts VALUES ('\x3de33b7a972eeb3c13ebc9d62e40369e37e398004bed4b25a8b957b4d3e69c56', 0, 1795657748);
INSERT INTO public.attempts VALUES ('\x4ba969f3ce0f8bf29a714de4ed90237492925a69a919e85f474e17354ee164cb', 0, 1795657748);
INSERT INTO public.attempts VALUES ('\xa9eeecb6d0cf5686a18f838efa3018217365e28777b3594e35e026359c56357a', 0, 1795657748);
INSERT INTO public.attempts VALUES ('\xf7a1c6727cbfce94412b1264894a684ac78f26a4560b47cb94d2bc4fc1a803c9', 0, 1795657748);
INSERT INTO public.audit VALUES (251524625089953792, 1795657743, 'database.cut_off', NULL, NULL, NULL);
INSERT INTO public.audit VALUES (251524626625073153, 1795657744, 'user.created', NULL, 251524626625073152, NULL);
INSERT INTO public.audit VALUES (251524628160188417, 1795657744, 'user.created', NULL, 251524628160188416, NULL);
INSERT INTO public.audit VALUES (251524629674332161, 1795657744, 'user.created', NULL, 251524629674332160, NULL);
INSERT INTO public.audit VALUES (251524630022459393, 1795657744, 'user.disabled', NULL, 251524629674332160, NULL);
INSERT INTO public.audit VALUES (251524630693548033, 1795657745, 'user.created', NULL, 251524630693548032, NULL);
INSERT INTO public.audit VALUES (251524631507243008, 1795657745, 'user.password_set', NULL, 251524630693548032, NULL);
INSERT INTO public.audit VALUES (251524632455155712, 1795657745, 'app.registered', NULL, 251524626625073152, NULL);
INSERT INTO public.audit VALUES (251524632824254464, 1795657745, 'app.registered', NULL, 251524626625073152, NULL);
INSERT INTO public.audit VALUES (251524633130438657, 1795657745, 'user.created', NULL, 251524633130438656, NULL);
INSERT INTO public.audit VALUES (251524633365319681, 1795657745, 'user.created', NULL, 251524633365319680, NULL);
INSERT INTO public.audit VALUES (251524633793138688, 1795657745, 'app.registered', NULL, 251524626625073152, NULL);
INSERT INTO public.audit VALUES (251524634149654528, 1795657745, 'app.registered', NULL, 251524626625073152, NULL);
INSERT INTO public.audit VALUES (251524634757828608, 1795657746, 'app.registered', NULL, 251524626625073152, NULL);
INSERT INTO public.audit VALUES (251524635626049536, 1795657746, 'app.registered', NULL, 251524626625073152, NULL);
INSERT INTO public.audit VALUES (251524637073084417, 1795657746, 'app.disabled', 3, NULL, NULL);
INSERT INTO public.audit VALUES (251524638213935104, 1795657746, 'app.deleted', 4, NULL, NULL);
INSERT INTO public.audit VALUES (251524638662725632, 1795657746, 'app.secret_rotated', 5, NULL, NULL);
INSERT INTO public.audit VALUES (251524639044407296, 1795657747, 'app.scopes_approved', 5, NULL, NULL);
INSERT INTO public.audit VALUES (251524639606444032, 1795657747, 'app.registered', NULL, 251524626625073152, NULL);
INSERT INTO public.audit VALUES (251524640537579520, 1795657747, 'app.registered', NULL, 251524626625073152, NULL);
INSERT INTO public.audit VALUES (251524641414189056, 1795657747, 'app.registered', NULL, 251524626625073152, NULL);
INSERT INTO public.audit VALUES (251524642169159680, 1795657747, 'session.started', NULL, 251524628160188416, NULL);
INSERT INTO public.audit VALUES (251524642324348929, 1795657747, 'consent.given', 8, 251524628160188416, NULL);
INSERT INTO public.audit VALUES (251524642441789441, 1795657747, 'grant.started', 8, 251524628160188416, 251524642324348928);
INSERT INTO public.audit VALUES (251524642483732482, 1795657747, 'grant.started', 8, 251524628160188416, 251524642471149568);
INSERT INTO public.audit VALUES (251524642617950210, 1795657747, 'grant.started', 8, 251524628160188416, 251524642605367296);
INSERT INTO public.audit VALUES (251524642626338816, 1795657747, 'grant.revoked.app', 8, NULL, 251524642605367296);
INSERT INTO public.audit VALUES (251524642735390722, 1795657747, 'grant.started', 8, 251524628160188416, 251524642731196416);
INSERT INTO public.audit VALUES (251524642743779328, 1795657747, 'token.revoked', 8, NULL, NULL);
INSERT INTO public.audit VALUES (251524643196768256, 1795657748, 'app.registered', NULL, 251524626625073152, NULL);
INSERT INTO public.audit VALUES (251524643792355329, 1795657748, 'device.allowed', 8, 251524628160188416, NULL);
INSERT INTO public.audit VALUES (251524643872047105, 1795657748, 'device.allowed', 8, 251524628160188416, NULL);
INSERT INTO public.audit VALUES (251524643880435714, 1795657748, 'grant.started', 8, 251524628160188416, 251524643708469248);
INSERT INTO public.changes VALUES (1, 'origin', -4286225300570717077, 3900000000);
INSERT INTO public.changes VALUES (2, 'person', 251524629674332160, 3900000000);
INSERT INTO public.changes VALUES (3, 'client', 1, 3900000000);
INSERT INTO public.changes VALUES (4, 'client', 2, 3900000000);
INSERT INTO public.changes VALUES (5, 'client', 3, 3900000000);
INSERT INTO public.changes VALUES (6, 'client', 4, 3900000000);
INSERT INTO public.changes VALUES (7, 'client', 5, 3900000000);
INSERT INTO public.changes VALUES (8, 'client', 6, 3900000000);
INSERT INTO public.changes VALUES (9, 'client', 3, 3900000000);
INSERT INTO public.changes VALUES (10, 'client', 4, 3900000000);
INSERT INTO public.changes VALUES (11, 'client', 5, 3900000000);
INSERT INTO public.changes VALUES (12, 'client', 5, 3900000000);
INSERT INTO public.changes VALUES (13, 'client', 7, 3900000000);
INSERT INTO public.changes VALUES (14, 'client', 8, 3900000000);
INSERT INTO public.changes VALUES (15, 'client', 9, 3900000000);
INSERT INTO public.changes VALUES (16, 'grant', 251524642605367296, 3900000000);
INSERT INTO public.changes VALUES (17, 'token', 251524642735390720, 3900000000);
INSERT INTO public.changes VALUES (18, 'client', 10, 3900000000);
INSERT INTO public.client_logos VALUES (1, 'image/png', '\x89504e470d0a1a0a2061207069637475726520666f7220616c6c2074686174207765206b6e6f77');
INSERT INTO public.client_secrets VALUES (1, '\x15593de7f5c3a43b54e6c9c83f6d227de1d6444bb00a2c3aba704fe51357035e', 1795657745);
INSERT INTO public.client_secrets VALUES (2, '\x9f83a535ca3408a035c9d7a0e28c65f9e7d5203a0d2f6d035afb502b47aaa0ad', 1795657745);
INSERT INTO public.client_secrets VALUES (3, '\xd5d65fb728e7bbe08471f6031cdebef120c2e2f9372705516f8aae712300ad20', 1795657745);
INSERT INTO public.client_secrets VALUES (6, '\x37e70eebc9113a2dc1b74687cadf52011b6c757394856cd170bfdb31d23e6ca8', 1795657746);
INSERT INTO public.client_secrets VALUES (5, '\xdf9d0bc97dcccc01ff98fa637f6920162acf8817c905aa7a366a96c3c6daa44e', 1795657746);
INSERT INTO public.client_secrets VALUES (8, '\x980be9c6c8d2c7b0b2e5a33cd847d2b1a8ea5507869584ef2f560626e755d749', 1795657747);
INSERT INTO public.client_secrets VALUES (9, '\xce5fb25fee50d4d7192e8c12713b100bc475af5ee7c7072c4ca48ed7e66b2624', 1795657747);
INSERT INTO public.client_secrets VALUES (10, '\x510af1ac11576a472afdc16770774eb6d57e72e4fbef2671d3b112eaddc06b0c', 1795657748);
INSERT INTO public.clients VALUES (1, 'hDzKr7cpFEf78IPp2w803S', 'Pictured App', 'https://x.example', '', 251524626625073152, 'confidential', 'http://localhost:9876/callback', 'authorization_code refresh_token', NULL, '', false, 'active', 0, NULL, '\xef90c7714ad640d3d69fe0fdfb850c62a80a63b3fc35527654693e98195f7080', 1795657745, NULL, false, false);
INSERT INTO public.clients VALUES (2, 'test_jYkwtqX626K8SsFg1usGHo', 'Sandbox App', 'https://x.example', '', 251524626625073152, 'confidential', 'http://localhost:9876/callback', 'authorization_code refresh_token', NULL, '', false, 'active', 0, NULL, NULL, 1795657745, NULL, true, false);
INSERT INTO public.clients VALUES (3, 'c9bnprmXBpJALMzIqLrdal', 'Disabled App', 'https://client.example/', '', 251524626625073152, 'confidential', 'http://localhost:9876/callback', 'authorization_code refresh_token client_credentials urn:ietf:params:oauth:grant-type:device_code', NULL, '', false, 'disabled', 251524637073084416, NULL, NULL, 1795657745, NULL, false, false);
INSERT INTO public.clients VALUES (4, 'w5NnBPEcnXcmIQP30Fi5Qk', 'Deleted App', 'https://client.example/', '', 251524626625073152, 'confidential', 'http://localhost:9876/callback', 'authorization_code refresh_token client_credentials urn:ietf:params:oauth:grant-type:device_code', NULL, '', false, 'disabled', 0, NULL, NULL, 1795657745, 1795657746, false, false);
INSERT INTO public.clients VALUES (5, 'mFeqHvSm9CixE7FoatIz3U', 'Rotated App', 'https://client.example/', '', 251524626625073152, 'confidential', 'http://localhost:9876/callback', 'authorization_code refresh_token client_credentials urn:ietf:params:oauth:grant-type:device_code', NULL, 'admin:all', false, 'active', 0, NULL, NULL, 1795657746, NULL, false, false);
INSERT INTO public.clients VALUES (7, 'jIhyxsbmrq3a5wHXlcA10s', 'Pocket App', 'https://client.example/', '', 251524626625073152, 'public', 'http://localhost:9876/callback', 'authorization_code refresh_token', NULL, '', false, 'active', 0, NULL, NULL, 1795657747, NULL, false, false);
INSERT INTO public.clients VALUES (8, 'oGfCoT419Uoh2JCWaPJue3', 'Main App', 'https://client.example/', '', 251524626625073152, 'confidential', 'http://localhost:9876/callback', 'authorization_code refresh_token client_credentials urn:ietf:params:oauth:grant-type:device_code', NULL, '', false, 'active', 0, NULL, NULL, 1795657747, NULL, false, false);
INSERT INTO public.clients VALUES (9, 'v22xy2apjaQFI0PfCwpnxt', 'Tasks API', 'https://client.example/', '', 251524626625073152, 'confidential', 'http://localhost:9876/callback', 'client_credentials', NULL, '', true, 'active', 0, NULL, NULL, 1795657747, NULL, false, false);
INSERT INTO public.clients VALUES (10, 'bFcqA46B1tJ1L12IPU6KXl', 'Waiting App', 'https://client.example/', '', 251524626625073152, 'confidential', 'http://localhost:9876/callback', 'authorization_code refresh_token client_credentials urn:ietf:params:oauth:grant-type:device_code', NULL, '', false, 'active', 0, NULL, NULL, 1795657748, NULL, false, false);
INSERT INTO public.clients VALUES (6, 'jAHWbJcdvtBL2ox2tlReBm', 'Pending App', 'https://client.example/', '', 251524626625073152, 'confidential', 'http://localhost:9876/callback', 'authorization_code refresh_token client_credentials urn:ietf:params:oauth:grant-type:device_code', NULL, '', false, 'pending', 0, NULL, NULL, 1795657746, NULL, false, false);
INSERT INTO public.codes VALUES (251524642324348928, '\xe7c766285c2e72a626b411ea3c5a77427d48168e185397dbe74bb0454b7eb044', 8, 251524628160188416, 'tasks:read tasks:write', true, 'http://localhost:9876/callback', 'Vq5aOpPtJ8DCYm-s_bpdreIE6CbEvW3xYGtJLR1MCkw', 1795657747, 3900000000);
INSERT INTO public.codes VALUES (251524642471149568, '\xf233847f0e4a9b77265c8a4e5880c0c35fb57482df24c527f2dca21280a1c7e0', 8, 251524628160188416, 'tasks:read', true, 'http://localhost:9876/callback', '-Axo3ms8qgH6FbCLZXGQZ32qQ73vtDuhr1g7qPMEw8o', 1795657747, 3900000000);
INSERT INTO public.codes VALUES (251524642605367296, '\xe83ea8b7047e4dfefb83706d0e43f304e74ae7c0d29f3fe10059767db343f439', 8, 251524628160188416, 'tasks:read', true, 'http://localhost:9876/callback', 'tTiLulz5M4hR5E8O7nZzd4Fq_Rb91fKBgy7GUX6MOE4', 1795657747, 3900000000);
INSERT INTO public.codes VALUES (251524642731196416, '\x7a8e0633ed2ac7cf370634a78dd6dc102120ae9a674583746ce75ca889ca9b62', 8, 251524628160188416, 'tasks:read', true, 'http://localhost:9876/callback', 'IovlPVVmCAJu3cmoOTVqwN5v48ywNypJN_LFf_4cHtA', 1795657747, 3900000000);
INSERT INTO public.codes VALUES (251524642806693888, '\xc3c7aa4aede53586dec1634df7b3f7eddee729b858430307b15267a4a147f3c9', 8, 251524628160188416, 'tasks:read', true, 'http://localhost:9876/callback', 'M2agLrZI686ZeVGD9g7sJ9j8DtDQDEwJsMTyw0y87zk', 1795657747, 3900000000);
INSERT INTO public.consents VALUES (251524628160188416, 8, 'tasks:read tasks:write', 'http://localhost:9876/callback', 1795657747);
INSERT INTO public.device_codes VALUES (251524643695886336, '\x13564c3da49213f324e600508d7b3b76daba5fbfd3de5300f4d43d8f1d04dbb1', '\x6428ad10a4a06668dc055cb070fb014f6bd03e9e6cb21a9a8b0c7b0e5a9f12e2', 8, 'tasks:read', true, 3900000000, 1, NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.device_codes VALUES (251524643700080640, '\xd23d7a57ff00edf628f2dd4e2016435b5d08b0f5c6d76d26593ea8c10b869015', '\x4ccb353e4aa88a35c9a8b97e9ecfa5d3a17af14c93df22ef923cd46fa2d61b5c', 8, 'tasks:read', true, 3900000000, 1, NULL, 'allowed', 251524643792355328, 251524628160188416, 1795657747);
INSERT INTO public.device_codes VALUES (251524643708469248, '\x5856b791d5ad0417051ddd73b6a5a1d3fe48e817ab87cd181c87768ec63d79d6', '\x66d78cf00e6c37ab67d3c9141c8149af587dd587a446c67289ed5c02f7ff15f8', 8, 'tasks:read', true, 3900000000, 1, NULL, 'allowed', 251524643872047104, 251524628160188416, 1795657747);
INSERT INTO public.epochs VALUES (251524624985096192, 1795657743, 0);
INSERT INTO public.grants VALUES (251524642324348928, 8, 251524628160188416, 'tasks:read tasks:write', 1795657747, 1795657747, 3900000000, NULL);
INSERT INTO public.grants VALUES (251524642471149568, 8, 251524628160188416, 'tasks:read', 1795657747, 1795657747, 3900000000, NULL);
INSERT INTO public.grants VALUES (251524642605367296, 8, 251524628160188416, 'tasks:read', 1795657747, 1795657747, 3900000000, 1795657747);
INSERT INTO public.grants VALUES (251524642731196416, 8, 251524628160188416, 'tasks:read', 1795657747, 1795657747, 3900000000, NULL);
INSERT INTO public.grants VALUES (251524643708469248, 8, 251524628160188416, 'tasks:read', 1795657747, 1795657748, 3900000000, NULL);
INSERT INTO public.interactions VALUES (251524641737146368, '\x48747b12d693d3048ea8b3965a70ca658a352ba589afc66f9cc937d9ad938e1c', 8, 'client_id=oGfCoT419Uoh2JCWaPJue3&response_type=code&scope=tasks%3Aread+tasks%3Awrite&code_challenge=Vq5aOpPtJ8DCYm-s_bpdreIE6CbEvW3xYGtJLR1MCkw&code_challenge_method=S256', 3900000000, 1795657747);
INSERT INTO public.interactions VALUES (251524643586834432, '\xf03e8761516d980847a6198a04515ef7e85240d4f51a9354a97962564e51df0e', 10, 'client_id=bFcqA46B1tJ1L12IPU6KXl&response_type=code&state=kept', 3900000000, NULL);
INSERT INTO public.people VALUES (251524626625073152, 'owner@example.com', 'owner@example.com', 'Olive Owner', true, '$argon2id$v=19$m=19456,t=2,p=1$CUfWFdXRMYSCjoUnptLHhQ$9Z3cIrc8kaTl1xdxcMxcC36uJuZRPzgeVZXxaNI+1l8', NULL, 0, 1795657744, NULL);
INSERT INTO public.people VALUES (251524628160188416, 'ann@example.com', 'ann@example.com', 'Ann Example', false, '$argon2id$v=19$m=19456,t=2,p=1$NlGBzSZbPmr8pXH83JSOyw$atPu/Gj1AjHjq6Q99PMUR20yg3A6pMyPGma7yJIQ3fI', NULL, 0, 1795657744, NULL);
INSERT INTO public.people VALUES (251524629674332160, 'bob@example.com', 'bob@example.com', 'Bob Example', false, '$argon2id$v=19$m=19456,t=2,p=1$xd7knHyGvT9BoTvjvSGryg$kWLAWE1xZKH1sq7OtDjRNhtdO0OJQZaw8ph5K9+z1+E', 1795657744, 251524630022459392, 1795657744, NULL);
INSERT INTO public.people VALUES (251524630693548032, 'carol@example.com', 'carol@example.com', 'Carol Example', false, '$argon2id$v=19$m=19456,t=2,p=1$cG8fBu3/YV/UWbS6H1R8hg$YgQ8dznlIAcRG2K7SHhvLbdxDwnTQxRIVKw90m+M+UU', NULL, 0, 1795657745, NULL);
INSERT INTO public.people VALUES (251524633130438656, 'ann.cbeadc7d@users.test', 'ann.cbeadc7d@users.test', 'Ann Test', false, '$argon2id$v=19$m=19456,t=2,p=1$uaxqGFI/LxmiE4hV7LZkMQ$zkKMYXpXYHpfAiTNwaRXn7EMoM7+uH3C1aI/5x7h1Qk', NULL, 0, 1795657745, 2);
INSERT INTO public.people VALUES (251524633365319680, 'ben.f2a87e97@users.test', 'ben.f2a87e97@users.test', 'Ben Test', false, '$argon2id$v=19$m=19456,t=2,p=1$wDKtzbt09e7yS8oJ15EY1w$/6XWjem95vlz972Cm4Q3cv2BDtL85eEUVWEN+nB+vqI', NULL, 0, 1795657745, 2);
INSERT INTO public.refinery_schema_history VALUES (1, 'initial', '1795657743', '728948790923703149');
INSERT INTO public.refinery_schema_history VALUES (2, 'devices_and_test_mode', '1795657743', '8578770225967760945');
INSERT INTO public.refinery_schema_history VALUES (3, 'epochs', '1795657743', '0');
INSERT INTO public.refresh_replies VALUES (251524642508898305, '\x872f75dd3e2ee9aa94b03aa826503d6d2e1b47c002b1ebdfb156385d3d4045b70442290e38da1cd10871f94f727139466a8c0a90ffd2f5124e6d84c6b2bf4897261beca2ceb941a53beb506cc7f7d89a394818093f71e9bb3db1abb8a7e3b10ada9627f83bda28694218013df9946d7cc7e2314d9b661b931e5701115eda50f5ae4fa69f008dffba071790b1168edfcf44ea0cb3b12dfc21bf8b0717279986604d4b977bdede93d0a5f2ca490149a354d3f81e2bdbd6c7faab455a183cbf2f5a25de4a11f59fc8b2e2cefdc689799b25ffe9f7915999182258d30fccac2aaf22d55e06ce9e2c5bc2fbcbfac29bbf753cb9176047cf5a621f22765bcbaed1658116');
INSERT INTO public.refresh_replies VALUES (251524642588590081, '\x2ee750adeaad72592eeab46592ffef106fd1004db0d6de56d9b269dbe3158ef9279ba4913b97e48736074abf3d857f769b8addbb4b5c98cbe6ea9efa21b563041e216f9e2f565f732c1aa5efc5642a1de800a2b6151745d3cd97396a2c0b98307f25e693e5bfb4823d1a02f371fb9033089682d16e6876498b3f5eef6bd299c7338256b865d31009a02b4e13339710618838383055ca52f5b820f43c7f64c0c30e073565aed528c063585ad133629f27b5e0bfd4490fc638b1470947766e4b634cd078be01c74ed202b7a653d0dece3f6ecfc475066b3f6b0c30f048870576f939a2f14b4eb0525c5cf4820602c77530936e0ce95a88e2dad2e9a81d6da9984cd2');
INSERT INTO public.refresh_tokens VALUES (251524642441789440, '\x5bd039cfc5f5f304431874044170dbf824306f7baab5fa5f3965aba59d587d67', 251524642324348928, 3900000000);
INSERT INTO public.refresh_tokens VALUES (251524642483732481, '\x91a9fe0b48b11d152513a763ef6ec451b96c0eec45689236c54268213e986272', 251524642471149568, 3900000000);
INSERT INTO public.refresh_tokens VALUES (251524642508898305, '\x2b4aaf4ad72a723fe047d558fd42546cfbd866740df7866615e2d1038e067e7b', 251524642471149568, 3900000000);
INSERT INTO public.refresh_tokens VALUES (251524642588590081, '\x5df3644a4d68a6f1a9ce6685a9b653db6d825c94968a5de5f73551d9177aa8f7', 251524642471149568, 3900000000);
INSERT INTO public.refresh_tokens VALUES (251524642617950209, '\x4b3c3e085fb11f6ea3fe95c3ca9e522d75508e4cd96d9efaf36a1d4a79167850', 251524642605367296, 3900000000);
INSERT INTO public.refresh_tokens VALUES (251524642735390721, '\x13c79840a9e56df62abdb50f7089645ecfa37fc39f7a91112915dd16df77a312', 251524642731196416, 3900000000);
INSERT INTO public.refresh_tokens VALUES (251524643880435713, '\xa87950b80fe5a8cc059696e15ad230e18acd0d1612fb8bb2fdba667aa54f8913', 251524643708469248, 3900000000);
INSERT INTO public.sessions VALUES (251524642164965376, '\xab390b52c182c8baa5dd0c66a5a705a0317243ee9fb592e689d307510985686a', 251524628160188416, 1795657747, 3900000000, '');
INSERT INTO public.used_refresh_tokens VALUES (251524642483732481, 251524642508898305, 1795657747);
INSERT INTO public.used_refresh_tokens VALUES (251524642508898305, 251524642588590081, 1795657747);
ALTER TABLE ONLY public.access_tokens
    ADD CONSTRAINT access_tokens_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.attempts
    ADD CONSTRAINT attempts_pkey PRIMARY KEY (key);
ALTER TABLE ONLY public.audit
    ADD CONSTRAINT audit_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.changes
    ADD CONSTRAINT changes_pkey PRIMARY KEY (seq);
ALTER TABLE ONLY public.client_logos
    ADD CONSTRAINT client_logos_pkey PRIMARY KEY (client);
ALTER TABLE ONLY public.client_secrets
    ADD CONSTRAINT client_secrets_pkey PRIMARY KEY (client, digest);
ALTER TABLE ONLY public.clients
    ADD CONSTRAINT clients_id_key UNIQUE (id);
ALTER TABLE ONLY public.clients
    ADD CONSTRAINT clients_pkey PRIMARY KEY (no);
ALTER TABLE ONLY public.codes
    ADD CONSTRAINT codes_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.consents
    ADD CONSTRAINT consents_pkey PRIMARY KEY (subject, client);
ALTER TABLE ONLY public.device_codes
    ADD CONSTRAINT device_codes_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.device_codes
    ADD CONSTRAINT device_codes_user_code_key UNIQUE (user_code);
ALTER TABLE ONLY public.epochs
    ADD CONSTRAINT epochs_pkey PRIMARY KEY (cutoff);
ALTER TABLE ONLY public.grants
    ADD CONSTRAINT grants_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.interactions
    ADD CONSTRAINT interactions_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.nodes
    ADD CONSTRAINT nodes_pkey PRIMARY KEY (node);
ALTER TABLE ONLY public.people
    ADD CONSTRAINT people_email_key_key UNIQUE (email_key);
ALTER TABLE ONLY public.people
    ADD CONSTRAINT people_pkey PRIMARY KEY (subject);
ALTER TABLE ONLY public.refinery_schema_history
    ADD CONSTRAINT refinery_schema_history_pkey PRIMARY KEY (version);
ALTER TABLE ONLY public.refresh_replies
    ADD CONSTRAINT refresh_replies_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.refresh_tokens
    ADD CONSTRAINT refresh_tokens_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.sessions
    ADD CONSTRAINT sessions_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.used_refresh_tokens
    ADD CONSTRAINT used_refresh_tokens_pkey PRIMARY KEY (id);
CREATE INDEX attempts_by_since ON public.attempts USING btree (since);
CREATE INDEX people_not_good ON public.people USING btree (subject) WHERE ((disabled_at IS NOT NULL) OR (cutoff > 0));
CREATE INDEX people_of_test_app ON public.people USING btree (test_app) WHERE (test_app IS NOT NULL);
CREATE INDEX sessions_by_subject ON public.sessions USING btree (subject, id);
