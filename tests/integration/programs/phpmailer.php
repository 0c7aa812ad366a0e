<?php
// SPDX-License-Identifier: MIT
require '/usr/share/php/libphp-phpmailer/autoload.php';

$mail = new PHPMailer\PHPMailer\PHPMailer(true);
$mail->isSendmail();
$mail->CharSet = 'utf-8';
$mail->setFrom('web@example.test', 'Web');
$mail->addAddress('alice@example.test');
$mail->addCC('bob@example.test', 'Bob');
$mail->addBCC('root@example.test');
$mail->Subject = "Gr\u{fc}\u{df}e";
$mail->isHTML();
$mail->Body = "<p>eins</p>\n.\n..zwei\n<p>Gr\u{fc}\u{df}e</p>";
$mail->AltBody = "eins\n.\n..zwei\n";
$mail->addStringAttachment(random_bytes(3000), 'a.bin');
$mail->send();
