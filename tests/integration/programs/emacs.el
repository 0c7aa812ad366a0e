;;; One letter by each of the two ways in which Emacs writes mail.
;; SPDX-License-Identifier: MIT

(require 'message)
(require 'sendmail)

(setq user-full-name "Web"
      user-mail-address "web@example.test"
      mail-specify-envelope-from t
      message-send-mail-function 'message-send-mail-with-sendmail
      send-mail-function 'sendmail-send-it)

(defun write-text ()
  (insert "eins\n.\n..zwei\nGr\u00fc\u00dfe\n"))

(defun send-message ()
  (message-mail "alice@example.test" "Gr\u00fc\u00dfe"
                '(("Cc" . "Bob <bob@example.test>") ("Bcc" . "root@example.test")))
  (message-goto-body)
  (write-text)
  (message-send))

(defun send-mail ()
  (mail nil "alice@example.test" "Gr\u00fc\u00dfe" nil "Bob <bob@example.test>")
  (mail-bcc)
  (insert "root@example.test")
  (mail-text)
  (write-text)
  (mail-send))
