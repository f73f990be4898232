<?php
// Sends a call over https with each way that PHP has, as Segment's PHP SDK does: a socket
// (`ssl://`, its consumer "socket"), curl (its consumer "lib_curl"), and a stream.
// Usage: php send.php HOST PORT [WAY]
[, $host, $port] = $argv;
$ways = isset($argv[3]) ? [$argv[3]] : ['socket', 'curl', 'stream'];

function body(string $event): string
{
    return json_encode(['type' => 'track', 'event' => $event, 'userId' => 'u', 'messageId' => $event]);
}

$authorization = 'Basic ' . base64_encode('wk_php:');

if (in_array('socket', $ways)) {
    $body = body('php socket');
    $socket = @fsockopen("ssl://$host", (int) $port, $code, $message, 5);
    if ($socket) {
        fwrite($socket, "POST /v1/track HTTP/1.1\r\nHost: $host\r\nContent-Type: application/json\r\n"
            . "Authorization: $authorization\r\nConnection: close\r\nContent-Length: " . strlen($body) . "\r\n\r\n$body");
        echo 'socket ', trim(fgets($socket)), "\n";
    } else {
        echo "socket failed\n";
    }
}

if (in_array('curl', $ways)) {
    $curl = curl_init("https://$host:$port/v1/track");
    curl_setopt_array($curl, [
        CURLOPT_POSTFIELDS => body('php curl'),
        CURLOPT_HTTPHEADER => ['Content-Type: application/json', "Authorization: $authorization"],
        CURLOPT_RETURNTRANSFER => true,
    ]);
    curl_exec($curl);
    echo 'curl ', curl_getinfo($curl, CURLINFO_RESPONSE_CODE) ?: 'failed', "\n";
}

if (in_array('stream', $ways)) {
    $context = stream_context_create(['http' => [
        'method' => 'POST',
        'header' => "Content-Type: application/json\r\nAuthorization: $authorization",
        'content' => body('php stream'),
    ]]);
    echo 'stream ', @file_get_contents("https://$host:$port/v1/track", false, $context) ?: 'failed', "\n";
}
