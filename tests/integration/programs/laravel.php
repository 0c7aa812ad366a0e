<?php
// SPDX-License-Identifier: MIT
// The argument is the sendmail command.
require 'Illuminate/View/autoload.php';
require 'Illuminate/Mail/autoload.php';
require 'Egulias/EmailValidator/autoload.php';

use Illuminate\Container\Container;
use Illuminate\Events\Dispatcher;
use Illuminate\Filesystem\Filesystem;
use Illuminate\Mail\MailManager;
use Illuminate\View\Engines\EngineResolver;
use Illuminate\View\Factory;
use Illuminate\View\FileViewFinder;

$application = new Container();
$events = new Dispatcher($application);
$application->instance('events', $events);
$application->instance('config', [
    'mail.default' => 'sendmail',
    'mail.mailers.sendmail' => ['transport' => 'sendmail', 'path' => $argv[1]],
    'mail.from' => ['address' => 'web@example.test', 'name' => 'Web'],
]);
$application->instance('view', new Factory(
    new EngineResolver(),
    new FileViewFinder(new Filesystem(), []),
    $events
));
$mailer = (new MailManager($application))->mailer();
$mailer->raw("eins\n.\n..zwei\nGr\u{fc}\u{df}e\n", function ($message) {
    $message->to('alice@example.test')->cc('bob@example.test', 'Bob')
        ->bcc('root@example.test')->subject("Gr\u{fc}\u{df}e");
});
exit($mailer->failures() === [] ? 0 : 1);
