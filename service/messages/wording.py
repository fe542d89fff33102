"""The exact words of every message that goes out: a text for the phone, subject and body for mail,
in both languages.

English fits 160 letters a part, Russian 70. Placeholders are filled by `outbound`; a test holds
both languages against each other.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """One message: `sms` where it may go to a phone ("" otherwise), `subject` and `mail`."""

    sms: str
    subject: str
    mail: str


EN: dict[str, Words] = {
    "acknowledge": Words(
        "Poruchi: got it, task {number}. {guess}We will text how we understood it. To cancel, "
        "reply N.",
        "{number}: {title}",
        "Thank you, we have received task {number}, “{title}”.\n\n{guess}\n\n"
        "Next we will send you how we understood it. Work starts when you confirm.\n\n"
        "To cancel it, reply N. See it here: {link}",
    ),
    "confirm": Words(
        "{number}, as we understand it: {retelling} {price}, {deadline}. Right? Reply Y or N",
        "{number}: please confirm how we understood it",
        "As {name} understood it:\n\n{retelling}\n\n{plan}\n\n{points}\n\n"
        "Price {price}, ready {deadline}.\n\n"
        "Reply Y if that is right, or N and what is different. Or do it here: {link}\n\n"
        "The deadline is paused until you reply.",
    ),
    "confirm_ways": Words(
        "{number}, as we understand it: {retelling} {name} suggests: {proposal} "
        "{proposal_price}, {proposal_deadline}. A as asked {price}, B the other. Reply A or B",
        "{number}: please confirm, there is another option",
        "As {name} understood it:\n\n{retelling}\n\n{plan}\n\n{points}\n\n"
        "A. As you asked: {price}, ready {deadline}.\nB. {proposal} {proposal_price}, ready "
        "{proposal_deadline}.\n\nReply A or B, or N and what is different. Or do it here: "
        "{link}\n\nThe deadline is paused until you reply.",
    ),
    "limit": Words(
        "{number}, {who}: {retelling} {price}, {deadline}. Approval needed: {limit}. Approve? "
        "Reply Y or N",
        "{number}: approval needed, {price}",
        "{who} handed over task {number}. Approval needed: {limit}.\n\n"
        "As {name} understood it:\n\n{retelling}\n\n{plan}\n\n{points}\n\n"
        "Price {price}, ready {deadline}.\n\n"
        "Reply Y to approve, or N and what is different. Or do it here: {link}\n\n"
        "The deadline is paused until you reply.",
    ),
    "limit_ways": Words(
        "{number}, {who}: {retelling} {name} suggests: {proposal} {proposal_price}, "
        "{proposal_deadline}. A as asked {price}, B the other. Approval needed: {limit}. Reply A "
        "or B",
        "{number}: approval needed, two options",
        "{who} handed over task {number}. Approval needed: {limit}.\n\n"
        "As {name} understood it:\n\n{retelling}\n\n{plan}\n\n{points}\n\n"
        "A. As asked: {price}, ready {deadline}.\nB. {proposal} {proposal_price}, ready "
        "{proposal_deadline}.\n\nReply A or B to approve, or N and what is different. Or do it "
        "here: {link}\n\nThe deadline is paused until you reply.",
    ),
    "started": Words(
        "{number}: thank you. {name} has started. Midpoint check {red_line}. Nothing to do for "
        "you until then.",
        "{number}: {name} has started",
        "Thank you. {name} has started on “{title}”. Midpoint check (the red line) {red_line}, "
        "ready {deadline}. You don’t need to do anything until then.\n\n{link}",
    ),
    "question": Words(
        "{number}, a question: {question} {options}Paused until you reply.",
        "{number}: a question",
        "{name} asks about “{title}”:\n\n{question}\n\n"
        "{options}\nReply to this email, or here: {link}\n\n"
        "The deadline is paused until you reply.",
    ),
    "red_line": Words(
        "{number}, red line: {progress} % done, {deadline}, {holds}. {help} To change something, "
        "text now; later may cost more.",
        "{number}: red line, {progress} % done",
        "“{title}” has reached the red line, halfway to the deadline: {progress} % done, due "
        "{deadline}, {holds}.\n\n{help}\n\nTo change something, reply to this email, or do it "
        "here; from now on a change needs its own price and date: {link}",
    ),
    "progress": Words(
        "{number}: {progress} % done, {deadline}, {holds}. {help} Changes are free until "
        "{red_line}.",
        "{number}: {progress} % done",
        "Progress on “{title}”: {progress} % done, due {deadline}, {holds}.\n\n{help}\n\n"
        "Until the red line, {red_line}, you can change it free of charge: reply to this email, "
        "or here: {link}",
    ),
    "late": Words(
        "Sorry, {number} is overdue. We are on it and will text you when it is ready. Questions: "
        'reply "{number}: ..."',
        "{number} is overdue",
        "“{title}” is overdue, we are sorry. It was due {deadline}. Our supervisor knows and is "
        "on it.\n\nTo agree on another date, or to cancel it, reply to this email, or here: "
        "{link}",
    ),
    "deliver": Words(
        "{number} is ready: {delivery} Read: {link} Well done? Reply 1 yes, 2 not quite."
        " {unanswered}",
        "{number} is ready for your review",
        "“{title}” is ready:\n\n{delivery}\n\n"
        "Review it, with the files, and score it here: {link}\n\n"
        "Or reply 1 if it is well done, 2 if not quite. {unanswered}",
    ),
    "accept_notice": Words(
        "{number} ready since {delivered}: {link} Well done? Reply 1 yes, 2 not quite. "
        "{unanswered}",
        "{number}: please review the delivery",
        "“{title}” has been ready for your review since {delivered}: {link}\n\n"
        "Reply 1 if it is well done, 2 if not quite. {unanswered}",
    ),
    "receipt": Words(
        "{number} is closed at {price}. To thank {name}, reply T and your words.",
        "{number}: invoice {invoice} for {price}",
        "“{title}” is closed. {price} was charged to your card. Invoice {invoice}: "
        "{invoice_link}\n\nTo thank {name}, reply T and your words, or here: {link}",
    ),
    "tip_receipt": Words(
        "Your tip of {price} for {name} is paid, invoice {invoice}.",
        "{number}: invoice {invoice} for {price}",
        "{name} gets your tip of {price} for “{title}”. It was charged to your card. Invoice "
        "{invoice}: {invoice_link}",
    ),
    "accepted": Words(
        "{number}: thank you, accepted at {price}. To thank {name}, reply T and your words.",
        "{number}: accepted at {price}",
        "Thank you, “{title}” is accepted at {price}.\n\n"
        "To thank {name}, reply T and your words, or here: {link}",
    ),
    "charge_failed": Words(
        "",
        "{number}: payment failed",
        "We could not charge {price} for “{title}”: {reason}.\n\n"
        "Open your billing page, add another card and pay again: {billing_link}",
    ),
    "refused": Words(
        "{number}: we cannot take this one. {reason}",
        "{number}: we cannot take this task",
        "We cannot take “{title}”.\n\n{reason}\n\n"
        "Nothing is charged. If we got it wrong, reply to this email.",
    ),
    "deleted": Words(
        "{number} was dropped. {reason}",
        "{number} was dropped",
        "We have dropped “{title}” and will not work on it.\n\n{reason}\n\n"
        "Nothing is charged. If we got it wrong, reply to this email.",
    ),
    "done_at_once": Words(
        "{number}, our answer: {reason}",
        "{number}: our answer",
        "About “{title}”:\n\n{reason}\n\nThat took us a minute, so nothing is charged. If we got "
        "it wrong, reply to this email.",
    ),
    "cancelled": Words(
        "{number} cancelled. {why}{charged}",
        "{number} is cancelled",
        "“{title}” is cancelled. {why}{charged}\n\n{link}",
    ),
    "resolved": Words(
        "{number}, our decision: {reason} {charged}",
        "{number}: our decision",
        "Our decision on “{title}”:\n\n{reason}\n\n{charged}\n\n{link}",
    ),
    "said": Words(
        "{number}, {name}: {words}",
        "{number}: message from {name}",
        "{words}\n\nReply to this email, or here: {link}",
    ),
    "reply": Words("{words}", "{subject}", "{words}\n\nTo write back, reply to this email."),
    "to_stranger": Words(
        "Poruchi: {words}", "Re: {subject}", "{words}\n\nTo write back, reply to this email."
    ),
    "stopped": Words(
        "No more texts from Poruchi. Open tasks go on by email. To come back, text START.",
        "No more texts",
        "No more texts from Poruchi. Open tasks go on by email. To come back, text START.",
    ),
    "left_out": Words(
        "{number}: could not attach {words}. Send it smaller or as a link, or add it here: {link}",
        "{number}: a file was not attached",
        "We could not attach this to task {number}, “{title}”:\n\n{words}\n\n"
        "Everything else has arrived. Send it smaller, in parts or as a link: reply to this "
        "email, or add it here: {link}",
    ),
    "stranger": Words(
        "Poruchi: we got your text, but do not know this number yet. Someone will read it and "
        "reply. More: {link}",
        "We have your message",
        "Thank you for writing. We do not know this address yet, so someone will read your "
        "message and reply.\n\nIf you are a client, write from the address that you registered. "
        "To become a client, start here: {link}",
    ),
    "welcome": Words(
        "",
        "Welcome to Poruchi",
        "We have your first task and are reading it now. Set a password to follow it and to hand "
        "over the next one:\n\n{link}\n\nThe link works for three days.",
    ),
    "invitation": Words(
        "",
        "{inviter} invites you to Poruchi",
        "{inviter} invites you to hand over tasks for {company}. Poruchi is an assistant "
        "service: you write what you need done, and a specialist does it by the agreed date.\n\n"
        "Join here: {link}\n\nThe link works for 14 days.",
    ),
    "reset": Words(
        "",
        "Your new Poruchi password",
        "Someone, probably you, asked for a new password. Set it here:\n\n{link}\n\n"
        "The link works once, for two hours. If it was not you, ignore this email.",
    ),
    "code": Words(
        "Poruchi: your code is {code}. Valid for 15 minutes.",
        "Your Poruchi code: {code}",
        "Your code is {code}. It is valid for 15 minutes. If you did not ask for it, ignore this "
        "email.",
    ),
    "work_note": Words("", "{number}: {what}", "{words}\n\n{work_link}"),
    "desk_note": Words("", "{number}: {what}", "{words}\n\n{desk_link}"),
}

RU: dict[str, Words] = {
    "acknowledge": Words(
        "Poruchi: задача {number} получена. {guess}Пришлём, как поняли. Отменить: Н",
        "{number}: {title}",
        "Спасибо, мы получили задачу {number} «{title}».\n\n{guess}\n\n"
        "Дальше пришлём, как мы её поняли. Работа начнётся, когда вы подтвердите.\n\n"
        "Чтобы отменить её, ответьте Н. Посмотреть: {link}",
    ),
    "confirm": Words(
        "{number}, как мы поняли: {retelling} {price}, {deadline}. Верно? Д или Н",
        "{number}: подтвердите, как мы поняли задачу",
        "Как понимает задачу {name}:\n\n{retelling}\n\n{plan}\n\n{points}\n\n"
        "Цена {price}, готово {deadline}.\n\n"
        "Ответьте Д, если верно, или Н и что не так. Или здесь: {link}\n\n"
        "Срок на паузе, пока вы не ответите.",
    ),
    "confirm_ways": Words(
        "{number}, как мы поняли: {retelling} Другой вариант: {proposal} {proposal_price}, "
        "{proposal_deadline}. А как просили {price}, Б другой. А или Б",
        "{number}: подтвердите задачу, есть другой вариант",
        "Как понимает задачу {name}:\n\n{retelling}\n\n{plan}\n\n{points}\n\n"
        "А. Как просили: {price}, готово {deadline}.\nБ. {proposal} {proposal_price}, готово "
        "{proposal_deadline}.\n\nОтветьте А или Б, или Н и что не так. Или здесь: {link}\n\n"
        "Срок на паузе, пока вы не ответите.",
    ),
    "limit": Words(
        "{number}, {who}: {retelling} {price}, {deadline}. Нужно согласие: {limit}. Согласны? Д "
        "или Н",
        "{number}: нужно ваше согласие, {price}",
        "Задачу {number} поручает {who}. Нужно ваше согласие: {limit}.\n\n"
        "Как понимает задачу {name}:\n\n{retelling}\n\n{plan}\n\n{points}\n\n"
        "Цена {price}, готово {deadline}.\n\n"
        "Ответьте Д, если согласны, или Н и что не так. Или здесь: {link}\n\n"
        "Срок на паузе, пока вы не ответите.",
    ),
    "limit_ways": Words(
        "{number}, {who}: {retelling} Другой вариант: {proposal} {proposal_price}, "
        "{proposal_deadline}. А как просили {price}, Б другой. Нужно согласие: {limit}. А или Б",
        "{number}: нужно ваше согласие, два варианта",
        "Задачу {number} поручает {who}. Нужно ваше согласие: {limit}.\n\n"
        "Как понимает задачу {name}:\n\n{retelling}\n\n{plan}\n\n{points}\n\n"
        "А. Как просили: {price}, готово {deadline}.\nБ. {proposal} {proposal_price}, готово "
        "{proposal_deadline}.\n\nОтветьте А или Б, если согласны, или Н и что не так. Или здесь: "
        "{link}\n\nСрок на паузе, пока вы не ответите.",
    ),
    "started": Words(
        "{number}: спасибо, работа началась ({name}). Красная линия: {red_line}.",
        "{number}: {name} начинает работу",
        "Спасибо. {name} начинает работу над задачей «{title}». Промежуточная проверка (красная "
        "линия) {red_line}, готово {deadline}. До тех пор от вас ничего не нужно.\n\n{link}",
    ),
    "question": Words(
        "{number}, вопрос: {question} {options}Пауза, ждём вас.",
        "{number}: вопрос",
        "{name} спрашивает о задаче «{title}»:\n\n{question}\n\n"
        "{options}\nОтветьте на это письмо или здесь: {link}\n\n"
        "Срок на паузе, пока вы не ответите.",
    ),
    "red_line": Words(
        "{number}, красная линия: готово {progress} %, {deadline}, {holds}. {help} Менять лучше "
        "сейчас.",
        "{number}: красная линия, готово {progress} %",
        "Задача «{title}» на красной линии, в середине срока: готово {progress} %, срок "
        "{deadline}, {holds}.\n\n{help}\n\nЕсли нужно что-то изменить, ответьте на это письмо "
        "или здесь; с этого момента цену и срок изменения мы согласуем отдельно: {link}",
    ),
    "progress": Words(
        "{number}: готово {progress} %, {deadline}, {holds}. {help} Изменения бесплатны до "
        "{red_line}.",
        "{number}: готово {progress} %",
        "Как продвигается задача «{title}»: готово {progress} %, срок {deadline}, {holds}.\n\n"
        "{help}\n\nДо красной линии, {red_line}, условия можно менять бесплатно: ответьте на это "
        "письмо или здесь: {link}",
    ),
    "late": Words(
        "{number}: срок прошёл, извините. Занимаемся и напишем, когда будет готово. Вопросы: "
        "«{number}: …»",
        "{number}: срок прошёл",
        "Срок задачи «{title}» прошёл, просим прощения. Он был {deadline}. Супервайзер знает и "
        "уже занимается ею.\n\nЧтобы договориться о другом сроке или отменить её, ответьте на "
        "это письмо или здесь: {link}",
    ),
    "deliver": Words(
        "{number} готова: {delivery} {link} Хорошо? 1 да, 2 не совсем. {unanswered}",
        "{number} готова, проверьте",
        "Задача «{title}» готова:\n\n{delivery}\n\nПосмотреть с файлами и оценить: {link}\n\n"
        "Или ответьте 1, если хорошо, 2, если не совсем. {unanswered}",
    ),
    "accept_notice": Words(
        "{number} готова с {delivered}: {link} Хорошо? 1 да, 2 не совсем. {unanswered}",
        "{number}: проверьте результат",
        "Задача «{title}» готова с {delivered}, проверьте результат: {link}\n\n"
        "Ответьте 1, если хорошо, 2, если не совсем. {unanswered}",
    ),
    "receipt": Words(
        "{number} закрыта, {price}. Поблагодарить ({name}): С и ваши слова.",
        "{number}: счёт {invoice} на {price}",
        "Задача «{title}» закрыта. {price} списано с карты. Счёт {invoice}: {invoice_link}\n\nЧтобы"
        " поблагодарить, ответьте С и добавьте свои слова ({name} их получит), или здесь: {link}",
    ),
    "tip_receipt": Words(
        "Чаевые {price} ({name}) оплачены, счёт {invoice}.",
        "{number}: счёт {invoice} на {price}",
        "{name} получит от вас чаевые {price} за задачу «{title}». Списано с карты. Счёт "
        "{invoice}: {invoice_link}",
    ),
    "accepted": Words(
        "{number}: спасибо, принято, {price}. Поблагодарить ({name}): С и ваши слова.",
        "{number}: принято, {price}",
        "Спасибо, задача «{title}» принята, {price}.\n\nЧтобы поблагодарить, ответьте С и добавьте"
        " свои слова ({name} их получит), или здесь: {link}",
    ),
    "charge_failed": Words(
        "",
        "{number}: оплата не прошла",
        "Не удалось списать {price} за задачу «{title}»: {reason}.\n\nОткройте страницу оплаты,"
        " укажите другую карту и оплатите ещё раз: {billing_link}",
    ),
    "refused": Words(
        "{number}: эту задачу взять не можем. {reason}",
        "{number}: взять не можем",
        "Мы не можем взять задачу «{title}».\n\n{reason}\n\nНичего не списано. Если мы ошиблись,"
        " ответьте на это письмо.",
    ),
    "deleted": Words(
        "{number} снята. {reason}",
        "{number}: снята",
        "Мы сняли задачу «{title}» и не будем над ней работать.\n\n{reason}\n\nНичего не списано."
        " Если мы ошиблись, ответьте на это письмо.",
    ),
    "done_at_once": Words(
        "{number}, наш ответ: {reason}",
        "{number}: наш ответ",
        "О задаче «{title}»:\n\n{reason}\n\n"
        "Это заняло у нас минуту, поэтому бесплатно. Если мы ошиблись, ответьте на это письмо.",
    ),
    "cancelled": Words(
        "{number} отменена. {why}{charged}",
        "{number} отменена",
        "Задача «{title}» отменена. {why}{charged}\n\n{link}",
    ),
    "resolved": Words(
        "{number}, решение: {reason} {charged}",
        "{number}: наше решение",
        "Наше решение по задаче «{title}»:\n\n{reason}\n\n{charged}\n\n{link}",
    ),
    "said": Words(
        "{number}, {name}: {words}",
        "{number}: сообщение ({name})",
        "{words}\n\nОтветьте на это письмо или здесь: {link}",
    ),
    "reply": Words(
        "{words}", "{subject}", "{words}\n\nЧтобы написать нам, ответьте на это письмо."
    ),
    "to_stranger": Words(
        "Poruchi: {words}",
        "Re: {subject}",
        "{words}\n\nЧтобы написать нам, ответьте на это письмо.",
    ),
    "stopped": Words(
        "Больше не пишем по СМС. Продолжим по почте. Вернуться: СТАРТ",
        "Больше не пишем по СМС",
        "Мы больше не пишем вам по СМС. Задачи в работе продолжим по почте. Чтобы вернуться,"
        " пришлите СТАРТ.",
    ),
    "left_out": Words(
        "{number}: не прикрепили {words}. Пришлите меньшим размером или ссылкой: {link}",
        "{number}: файл не прикреплён",
        "К задаче {number}, «{title}», не удалось прикрепить:\n\n{words}\n\n"
        "Всё остальное дошло. Пришлите меньшим размером, по частям или ссылкой: "
        "ответьте на это письмо или добавьте здесь: {link}",
    ),
    "stranger": Words(
        "Poruchi: получили, но номер нам пока не знаком. Прочтём и ответим: {link}",
        "Мы получили ваше сообщение",
        "Спасибо за письмо. Ваш адрес нам пока не знаком, поэтому письмо прочтёт оператор и "
        "ответит вам.\n\nЕсли вы клиент, пишите с адреса, который указали. Если хотите стать "
        "клиентом, начните здесь: {link}",
    ),
    "welcome": Words(
        "",
        "Добро пожаловать в Poruchi",
        "Мы получили вашу первую задачу и уже читаем её. Задайте пароль, чтобы следить за ней и "
        "поручить следующую:\n\n{link}\n\nСсылка действует три дня.",
    ),
    "invitation": Words(
        "",
        "{inviter} приглашает вас в Poruchi",
        "{inviter} приглашает вас поручать задачи от имени {company}. Poruchi — сервис "
        "помощников: вы пишете, что сделать, специалист делает это в срок.\n\n"
        "Присоединиться: {link}\n\nСсылка действует 14 дней.",
    ),
    "reset": Words(
        "",
        "Новый пароль для Poruchi",
        "Для вашего адреса запросили новый пароль. Задайте его здесь:\n\n{link}\n\n"
        "Ссылка одноразовая и действует два часа. Если запросили не вы, не обращайте внимания на "
        "это письмо.",
    ),
    "code": Words(
        "Poruchi: ваш код {code}. Действует 15 минут.",
        "Ваш код для Poruchi: {code}",
        "Ваш код {code}. Он действует 15 минут. Если вы его не просили, не обращайте внимания на "
        "это письмо.",
    ),
    "work_note": Words("", "{number}: {what}", "{words}\n\n{work_link}"),
    "desk_note": Words("", "{number}: {what}", "{words}\n\n{desk_link}"),
}
TEMPLATES = {"en": EN, "ru": RU}

# What the one button of a mail says; "" for every other.
_SEE, _SCORE, _ANSWER = (
    {"en": "View task", "ru": "Посмотреть задачу"},
    {"en": "Review and score", "ru": "Проверить и оценить"},
    {"en": "Reply", "ru": "Ответить"},
)
_PASSWORD = {"en": "Set password", "ru": "Задать пароль"}
BUTTONS: dict[str, dict[str, str]] = {
    "": {"en": "Open", "ru": "Открыть"},
    "left_out": _SEE,
    "acknowledge": _SEE,
    "started": _SEE,
    "late": _SEE,
    "cancelled": _SEE,
    "resolved": _SEE,
    "work_note": _SEE,
    "desk_note": _SEE,
    "confirm": {"en": "Confirm or correct", "ru": "Подтвердить или поправить"},
    "confirm_ways": {"en": "Choose and confirm", "ru": "Выбрать и подтвердить"},
    "limit": {"en": "Confirm or correct", "ru": "Подтвердить или поправить"},
    "limit_ways": {"en": "Choose and confirm", "ru": "Выбрать и подтвердить"},
    "question": _ANSWER,
    "said": _ANSWER,
    "red_line": {"en": "View progress", "ru": "Посмотреть, как идёт работа"},
    "progress": {"en": "View progress", "ru": "Посмотреть, как идёт работа"},
    "deliver": _SCORE,
    "accept_notice": _SCORE,
    "receipt": {"en": "View invoice", "ru": "Открыть счёт"},
    "tip_receipt": {"en": "View invoice", "ru": "Открыть счёт"},
    "accepted": {"en": "Say thank you", "ru": "Поблагодарить"},
    "charge_failed": {"en": "Use another card", "ru": "Указать другую карту"},
    "stranger": {"en": "Hand over your first task", "ru": "Поручить первую задачу"},
    "welcome": _PASSWORD,
    "reset": _PASSWORD,
    "invitation": {"en": "Join", "ru": "Присоединиться"},
}

# Short sentences of the texts above and of the answers to commands.
SAYINGS: dict[str, dict[str, str]] = {
    "guess": {"en": "{kind}, {price}, ready {deadline}. ", "ru": "{kind}, {price}, {deadline}. "},
    "holds": {"en": "on track", "ru": "по плану"},
    "slips": {"en": "at risk", "ru": "под угрозой"},
    "charged": {
        "en": "{price} is charged for the work done.",
        "ru": "За сделанное списано {price}.",
    },
    "free": {"en": "Nothing is charged.", "ru": "Ничего не списано."},
    "decides": {
        "en": (
            "Nothing is charged now: an operator decides, from 0 to {price}, and writes to you."
        ),
        "ru": "Сейчас ничего не спишем: оператор решит, сколько, от 0 до {price}, и напишет вам.",
    },
    "counts_as_yes": {
        "en": "No reply by {silence} means accepted.",
        "ru": "Без ответа до {silence} работа считается принятой.",
    },
    "operator_decides": {
        "en": (
            "{share} % of the criteria are met. With no reply by {silence} an operator decides, "
            "and nothing is charged until then."
        ),
        "ru": (
            "Выполнено {share} % критериев. Без ответа до {silence} решит оператор, пока ничего "
            "не спишем."
        ),
    },
    "points": {"en": "Details we clarified:", "ru": "Что мы уточнили:"},
    "point": {"en": "{place}. “{words}”: {exact}", "ru": "{place}. «{words}»: {exact}"},
    "help": {
        "en": (
            "Poruchi: text a task in your own words. STATUS lists tasks, CANCEL and a number "
            'cancels one, "12: words" writes on task 12, STOP ends texts.'
        ),
        "ru": (
            "Poruchi: поручите своими словами. СТАТУС — задачи, ОТМЕНА и номер, «12: слова» — по"
            " задаче 12, СТОП — не писать."
        ),
    },
    "back": {
        "en": "Welcome back. Text your next task any time.",
        "ru": "Снова на связи. Ждём следующую задачу.",
    },
    "no_tasks": {
        "en": "No tasks in progress. Text a task in your own words.",
        "ru": "Сейчас задач нет. Поручите своими словами.",
    },
    "a_tap": {"en": "a reaction", "ru": "реакция"},
    "unread": {
        "en": (
            'Sorry, we did not understand "{words}". For {number} reply {letters}, or "{number}: '
            '" and your own words. New task: NEW and words.'
        ),
        "ru": (
            "Не поняли ответ «{words}». По {number}: {letters}, или «{number}: » и свои слова."
            " Новая задача: НОВАЯ и слова."
        ),
    },
    "unread_words": {
        "en": (
            'Sorry, we did not understand "{words}". For {number} reply "{number}: " and your '
            "own words. New task: NEW and words."
        ),
        "ru": (
            "Не поняли ответ «{words}». По {number}: «{number}: » и свои слова. Новая задача: НОВАЯ"
            " и слова."
        ),
    },
    "which": {
        "en": 'Several tasks need your reply: {numbers}. Add the number, like "{example}".',
        "ru": "Ждут ответа: {numbers}. Добавьте номер, например «{example}».",
    },
    "nothing_waits": {
        "en": ("Nothing needs your reply right now. For a new task, write what you need done."),
        "ru": "Сейчас отвечать не на что. Новую задачу напишите одной фразой.",
    },
    "nothing_waits_on": {
        "en": (
            '{number} needs no reply right now. To write about it: "{number}: " and your words.'
        ),
        "ru": "{number}: ответа сейчас не ждём. Написать по ней: «{number}: » и слова.",
    },
    "welcome": {
        "en": "Thank you too. Text your next task any time.",
        "ru": "И вам спасибо. Ждём следующую задачу.",
    },
    "new_what": {"en": "Text NEW and what you need done.", "ru": "Напишите НОВАЯ и что сделать."},
    "say_what": {
        "en": '{number}: your text was empty. Text "{number}: " and what you want to say.',
        "ru": "{number}: пустое СМС. Напишите «{number}: » и слова.",
    },
    "cancel_which": {
        "en": "Which one? Text CANCEL and the number. STATUS lists your tasks.",
        "ru": "Какую? ОТМЕНА и номер. Список: СТАТУС",
    },
    "waits": {"en": ", waits for you", "ru": ", ждём вас"},
    "and_more": {"en": "... and {count} more", "ru": "… и ещё {count}"},
    "passed_on_waits": {
        "en": "{number}: passed on. It still needs your reply: {letters}.",
        "ru": "{number}: передали. Ещё ждём ответ: {letters}.",
    },
    "looked_at": {
        "en": "We got your picture without text. Someone will look at it and reply.",
        "ru": "Получили фото без слов. Посмотрим и ответим.",
    },
    "what_differs": {
        "en": "{number}: what is different? Write it in your own words.",
        "ru": "{number}: что не так? Напишите своими словами.",
    },
    "what_lacks": {
        "en": "{number}: what is missing? Write it and we will rework it.",
        "ru": "{number}: чего не хватает? Напишите, и доработаем.",
    },
    "not_quite": {
        "en": "{number}: what's missing? Write it and we rework it (A). {ways}",
        "ru": "{number}: чего не хватает? Напишите, и доработаем (А). {ways}",
    },
    "part_or_operator": {
        "en": "B: pay {share} %, {part}. C: an operator decides.",
        "ru": "Б: оплатить {share} %, {part}. В: решит оператор.",
    },
    "or_operator": {"en": "B: an operator decides.", "ru": "Б: решит оператор."},
    "accept_all_the_same": {
        "en": (
            "{number}: only {share} % of the criteria are met. Reply 1 again to accept for "
            "{price}, A for rework, B to pay {share} %: {part}, C for an operator."
        ),
        "ru": (
            "{number}: выполнено только {share} % критериев. Ещё раз 1: принять за {price}, А "
            "доработать, Б оплатить {share} %: {part}, В решит оператор."
        ),
    },
    "disputed": {
        "en": "{number}: an operator reviews it and writes to you. Nothing is charged until then.",
        "ru": "{number}: оператор разберётся и напишет вам. До этого ничего не спишем.",
    },
    "corrected": {
        "en": "{number}: thanks, a new version follows.",
        "ru": "{number}: спасибо, исправим и пришлём.",
    },
    "taken": {
        "en": "{number}: taken as your reply. If it was a new task, text NEW and your words.",
        "ru": "{number}: приняли как ответ. Если это новая задача: НОВАЯ и слова.",
    },
    "passed_on": {"en": "{number}: passed on.", "ru": "{number}: передали."},
    "reworking": {
        "en": "{number}: thank you, we are reworking it.",
        "ru": "{number}: спасибо, дорабатываем.",
    },
    "thanked": {
        "en": "Passed on to {name}. Text your next task any time.",
        "ru": "Передали ({name}). Ждём следующую задачу.",
    },
    "not_found": {"en": "You have no task {number}.", "ru": "Задачи {number} у вас нет."},
    "empty": {
        "en": "Your text was empty. Write what you need done.",
        "ru": "Пустое сообщение. Напишите, что сделать.",
    },
    "about_task": {"en": "Task {number}", "ru": "Задача {number}"},
    "handed": {"en": "Handed over {day}", "ru": "Поручено {day}"},
    "half_way": {"en": "Red line {day}", "ru": "Красная линия {day}"},
    "dead_line": {"en": "Deadline {day}", "ru": "Срок {day}"},
    "what_we_write": {"en": "Notification settings", "ru": "Настройки уведомлений"},
    "why_task": {
        "en": (
            "You get this email because task {number} was handed over for {company}. Times are "
            "in {city} time."
        ),
        "ru": (
            "Письмо пришло, потому что задачу {number} поручили от имени {company}. Время: {city}."
        ),
    },
    "say_thanks": {"en": "say thank you", "ru": "поблагодарить"},
    "why_note": {
        "en": "You get this note because you work here. Times are in {city} time.",
        "ru": "Вы получили это письмо, потому что работаете здесь. Время: {city}.",
    },
    "why_welcome": {
        "en": "You get this email because a first task was handed over with this address.",
        "ru": "Письмо пришло, потому что с этого адреса поручили первую задачу.",
    },
    "why_invitation": {
        "en": "You get this email because someone gave your address to invite you.",
        "ru": "Письмо пришло, потому что ваш адрес указали в приглашении.",
    },
    "why_asked": {
        "en": "You get this email because someone asked for it with this address.",
        "ru": "Письмо пришло, потому что его запросили для этого адреса.",
    },
    "why_wrote": {
        "en": "You get this email because you wrote to us.",
        "ru": "Письмо пришло, потому что вы нам написали.",
    },
    "options_reply": {"en": "Reply {options}, or your words. ", "ru": "{options}. "},
}


def saying(key: str, language: str, /, **facts: object) -> str:
    """A short sentence in this language."""
    return SAYINGS[key][language].format(**facts)
