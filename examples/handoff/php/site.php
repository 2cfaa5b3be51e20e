<?php
// A company's own site, whose login Valetkey hands people to. docs/how-to/keep-your-login.md says how it is run.
declare(strict_types=1);

// A name of its own: cookies of one host know no ports.
session_start(['name' => 'site', 'cookie_httponly' => true, 'cookie_samesite' => 'Lax', 'use_strict_mode' => true]);

// hand-off begins
function oauth_login(): void
{
    $challenge = $_GET['login_challenge'] ?? '';
    $user = $_SESSION['user'] ?? null;
    if ($challenge === '') {
        stop(400, 'An app leads to this page. Go to the app and start there.');
    }
    if (isset($_GET['cancel'])) {
        go(call('refuse', ['challenge' => $challenge])['redirect_to']);
    }
    $first = '/login?' . http_build_query(['next' => $_SERVER['REQUEST_URI']]);
    if ($user === null) {
        go($first);
    }
    $asked = call('challenge', ['challenge' => $challenge]);
    if (($asked['signed_in_since'] ?? 0) > $_SESSION['auth_time']) {
        go($first);
    }
    $person = ['id' => $user['id'], 'email' => $user['email'], 'email_verified' => true, 'name' => $user['name']];
    $answer = ['challenge' => $challenge, 'user' => $person, 'auth_time' => $_SESSION['auth_time'], 'amr' => ['pwd']];
    go(call('accept', $answer)['redirect_to']);
}
// hand-off ends

// Asks or tells Valetkey something. What is over the person begins anew; all else is ours to mend, and none of their fault.
function call(string $what, array $body): array
{
    $head = ['Content-Type: application/json', 'Authorization: Bearer ' . getenv('HANDOFF_SECRET')];
    $post = ['method' => 'POST', 'header' => $head, 'content' => json_encode($body), 'timeout' => 10, 'ignore_errors' => true];
    $stream = @fopen(getenv('ISSUER') . "/login/$what", 'r', false, stream_context_create(['http' => $post]));
    $line = $stream ? stream_get_meta_data($stream)['wrapper_data'][0] : 'no answer';
    $status = (int) (explode(' ', $line)[1] ?? 0);
    $reply = $stream ? stream_get_contents($stream) : '';
    if ($status === 200) {
        return json_decode($reply, true);
    }
    error_log("$what: $line $reply");
    if (in_array($status, [400, 404, 409, 410], true)) {
        stop(400, 'This sign-in is over. Go back to the app and start again.');
    }
    stop(502, 'Signing in does not work at the moment. That is our fault and not yours: please try again later.');
}

function go(string $to): never
{
    header("Location: $to", true, 302);
    exit;
}

function stop(int $status, string $text): never
{
    http_response_code($status);
    exit($text);
}

// What you have already: people, and a page where they sign in.
const USERS = [
    'ada@example.com' => ['id' => 'u-1815', 'email' => 'ada@example.com', 'name' => 'Ada Lovelace', 'password' => 'four quiet winter walks'],
];

function onward(): string
{
    $next = $_GET['next'] ?? '/';
    return is_string($next) && str_starts_with($next, '/oauth/login?') ? $next : '/';
}

function page(string $problem): string
{
    $back = htmlspecialchars(onward());
    $cancel = $back === '/' ? '' : "<p><a id=\"cancel\" href=\"$back&amp;cancel=1\">Cancel</a></p>";
    return <<<HTML
    <!doctype html><html lang="en"><title>Acme</title><main><h1>Sign in to Acme</h1><p role="alert">$problem</p>
    <form method="post"><p><label for="email">E-mail</label> <input id="email" name="email" type="email" autocomplete="username"></p>
    <p><label for="password">Password</label> <input id="password" name="password" type="password" autocomplete="current-password"></p>
    <button id="sign-in">Sign in</button></form>$cancel</main></html>
    HTML;
}

function sign_in(): void
{
    $user = USERS[$_POST['email'] ?? ''] ?? null;
    if ($user === null || !hash_equals($user['password'], $_POST['password'] ?? '')) {
        stop(401, page('E-mail or password is wrong.'));
    }
    session_regenerate_id(true);
    $_SESSION = ['user' => $user, 'auth_time' => time()];
    go(onward());
}

match ([$_SERVER['REQUEST_METHOD'], parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH)]) {
    ['GET', '/'] => print('Acme'),
    ['GET', '/oauth/login'] => oauth_login(),
    ['GET', '/login'] => print(page('')),
    ['POST', '/login'] => sign_in(),
    default => stop(404, 'There is no such page.'),
};
