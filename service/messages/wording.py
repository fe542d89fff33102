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
        "Poruchi: got it, task {number}. {guess}Next we text how we understood it. To stop it,"
        " reply N.",
        "{number}: {title}",
        "Thank you, we have your task {number}, “{title}”.\n\n{guess}\n\nNext we write how we"
        " understood it; work starts when you have confirmed.\n\nTo stop it, answer N. See it here:"
        " {link}",
    ),
    "confirm": Words(
        "{number}, as we understand it: {retelling} {price}, {deadline}. Right? Reply Y or N",
        "{number}: did we understand you?",
        "As {name} understood it:\n\n{retelling}\n\n{plan}\n\n{points}\n\nPrice {price}, ready"
        " {deadline}.\n\nAnswer Y if that is right, or N and what is different. Or do it here:"
        " {link}\n\nThe clock stands still until you answer.",
    ),
    "confirm_ways": Words(
        "{number}, as we understand it: {retelling} {name} sees another way: {proposal}"
        " {proposal_price}, {proposal_deadline}. A your way {price}, B the other. Reply A or B",
        "{number}: did we understand you? There is another way too",
        "As {name} understood it:\n\n{retelling}\n\n{plan}\n\n{points}\n\nA. As you asked: {price},"
        " ready {deadline}.\nB. {proposal} {proposal_price}, ready {proposal_deadline}.\n\nAnswer A"
        " or B, or N and what is different. Or do it here: {link}\n\nThe clock stands still until"
        " you answer.",
    ),
    "limit": Words(
        "{number}, {who}: {retelling} {price}, {deadline}. Your word is needed: {limit}. Go on?"
        " Reply Y or N",
        "{number}: your word is needed, {price}",
        "{who} handed task {number} over. Your word is needed: {limit}.\n\nAs {name} understood"
        " it:\n\n{retelling}\n\n{plan}\n\n{points}\n\nPrice {price}, ready {deadline}.\n\nAnswer Y"
        " and it starts, or N and what is different. Or do it here: {link}\n\nThe clock stands"
        " still until you answer.",
    ),
    "limit_ways": Words(
        "{number}, {who}: {retelling} {name} sees another way: {proposal} {proposal_price},"
        " {proposal_deadline}. A as asked {price}, B the other. Your word is needed: {limit}. Reply"
        " A or B",
        "{number}: your word is needed, two ways",
        "{who} handed task {number} over. Your word is needed: {limit}.\n\nAs {name} understood"
        " it:\n\n{retelling}\n\n{plan}\n\n{points}\n\nA. As asked: {price}, ready {deadline}.\nB."
        " {proposal} {proposal_price}, ready {proposal_deadline}.\n\nAnswer A or B and it starts,"
        " or N and what is different. Or do it here: {link}\n\nThe clock stands still until you"
        " answer.",
    ),
    "started": Words(
        "{number}: thank you. {name} has started, half-way check {red_line}. Nothing to do for you"
        " until then.",
        "{number}: {name} has started",
        "Thank you. {name} has started on “{title}”. Half-way check {red_line}, ready {deadline}."
        " Nothing to do for you until then.\n\n{link}",
    ),
    "question": Words(
        "{number}, a question: {question} {options}The clock stands still until you answer.",
        "{number}: a question",
        "{name} asks about “{title}”:\n\n{question}\n\n{options}\nAnswer this mail, or here:"
        " {link}\n\nThe clock stands still until you answer.",
    ),
    "red_line": Words(
        "{number}, half-way: {progress} % done, {deadline} {holds}. {help} To change something,"
        " text it now, later it may cost more.",
        "{number}: half-way, {progress} % done",
        "Half of the term of “{title}” has passed: {progress} % is done, and the date, {deadline},"
        " {holds}.\n\n{help}\n\nTo change something, answer this mail, or here; from now on a"
        " change is agreed with its own price and date: {link}",
    ),
    "progress": Words(
        "{number}: {progress} % done, {deadline} {holds}. {help} You may change things freely until"
        " {red_line}.",
        "{number}: {progress} % done",
        "How “{title}” stands: {progress} % is done, and the date, {deadline},"
        " {holds}.\n\n{help}\n\nUntil {red_line}, half of the term, you may change it freely:"
        " answer this mail, or here: {link}",
    ),
    "late": Words(
        "{number} is late, we are sorry. We are on it and text you when it is ready. Questions:"
        ' just reply "{number}: ..."',
        "{number} is late",
        "“{title}” is late, we are sorry. It was due {deadline}. Our supervisor has been told and"
        " looks after it.\n\nTo agree on another date, or to stop it, answer this mail, or here:"
        " {link}",
    ),
    "deliver": Words(
        "{number} is ready: {delivery} Read: {link} Well done? Reply 1 yes, 2 not quite."
        " {unanswered}",
        "{number} is ready",
        "“{title}” is ready:\n\n{delivery}\n\nRead it, with the files, and score it here: {link}\n"
        "\nOr answer 1 if it is well done, 2 if not quite. {unanswered}",
    ),
    "accept_notice": Words(
        "{number} is ready since {delivered}: {link} Well done? Reply 1 yes, 2 not quite."
        " {unanswered}",
        "{number}: it waits for your score",
        "“{title}” is ready since {delivered} and waits for your score: {link}\n\n"
        "Answer 1 if it is well done, 2 if not quite. {unanswered}",
    ),
    "receipt": Words(
        "{number} is closed at {price}. To thank {name}, reply T and your words.",
        "{number}: invoice {invoice} for {price}",
        "“{title}” is closed. {price} is charged to your card. Invoice {invoice}:"
        " {invoice_link}\n\nTo thank {name}, answer T and your words, or here: {link}",
    ),
    "tip_receipt": Words(
        "Your tip of {price} for {name} is paid, invoice {invoice}.",
        "{number}: invoice {invoice} for {price}",
        "{name} gets your tip of {price} for “{title}”. It is charged to your card. Invoice"
        " {invoice}: {invoice_link}",
    ),
    "accepted": Words(
        "{number}: thank you, accepted at {price}. To thank {name}, reply T and your words.",
        "{number}: accepted at {price}",
        "Thank you, “{title}” is accepted at {price}.\n\nTo thank {name}, answer T and your words,"
        " or here: {link}",
    ),
    "charge_failed": Words(
        "",
        "{number}: the payment did not go through",
        "We could not take {price} for “{title}”: {reason}.\n\nOpen your billing page, put another"
        " card there and pay again: {billing_link}",
    ),
    "refused": Words(
        "{number}: this one we cannot take. {reason}",
        "{number}: we cannot take this task",
        "We cannot take “{title}”.\n\n{reason}\n\nNothing is charged. If we got it wrong, answer"
        " this mail.",
    ),
    "deleted": Words(
        "{number} was dropped. {reason}",
        "{number}: we have set it aside",
        "We have set “{title}” aside and will not work on it.\n\n{reason}\n\nNothing is charged. If"
        " we got it wrong, answer this mail.",
    ),
    "done_at_once": Words(
        "{number}, answered at once: {reason}",
        "{number}: answered at once",
        "About “{title}”:\n\n{reason}\n\nThat took us a minute, so nothing is charged. If we got it"
        " wrong, answer this mail.",
    ),
    "cancelled": Words(
        "{number} is stopped. {why}{charged}",
        "{number} is stopped",
        "“{title}” is stopped. {why}{charged}\n\n{link}",
    ),
    "resolved": Words(
        "{number}: we looked at it. {reason} {charged}",
        "{number}: we have looked at it",
        "We looked at what you said about “{title}”.\n\n{reason}\n\n{charged}\n\n{link}",
    ),
    "said": Words(
        "{number}, {name}: {words}",
        "{number}: {name} writes",
        "{words}\n\nAnswer this mail, or here: {link}",
    ),
    "reply": Words("{words}", "{subject}", "{words}\n\nTo write back, just answer this mail."),
    "to_stranger": Words(
        "Poruchi: {words}", "Re: {subject}", "{words}\n\nTo write back, just answer this mail."
    ),
    "stopped": Words(
        "You get no more texts from Poruchi. Running tasks go on by mail. To come back, text"
        " START.",
        "No more texts",
        "You get no more texts from Poruchi. Running tasks go on by mail. To come back, text"
        " START.",
    ),
    "left_out": Words(
        "{number}: could not attach {words}. Send it smaller or as a link, or add it here: {link}",
        "{number}: a file did not fit",
        "We could not attach this to task {number}, “{title}”:\n\n{words}\n\n"
        "Everything else has arrived. Send it smaller, in parts or as a link: "
        "answer this mail, or add it here: {link}",
    ),
    "stranger": Words(
        "Poruchi: we got your text, but do not know this number yet. Somebody looks at it and"
        " answers you. More: {link}",
        "We got your message",
        "Thank you for writing. We do not know this address yet, so somebody looks at your message"
        " and answers you.\n\nIf you are a client, write from the address that you registered; if"
        " you would like to become one, begin here: {link}",
    ),
    "welcome": Words(
        "",
        "Welcome to Poruchi",
        "We have your first task and somebody looks at it now. Set a password to follow it and to"
        " hand over the next one:\n\n{link}\n\nThe link works for three days.",
    ),
    "invitation": Words(
        "",
        "{inviter} invites you to Poruchi",
        "{inviter} invites you to hand tasks over for {company}. Poruchi is an assistant service:"
        " you write what is to be done, a specialist does it by the date agreed.\n\nJoin here:"
        " {link}\n\nThe link works for 14 days.",
    ),
    "reset": Words(
        "",
        "A new password for Poruchi",
        "Somebody, probably you, asked for a new password. Set it here:\n\n{link}\n\nThe link works"
        " for two hours and once. If it was not you, do nothing.",
    ),
    "code": Words(
        "Poruchi: your code is {code}. It works for 15 minutes.",
        "Your code for Poruchi: {code}",
        "Your code is {code}. It works for 15 minutes. If you did not ask for it, do nothing.",
    ),
    "work_note": Words("", "{number}: {what}", "{words}\n\n{work_link}"),
    "desk_note": Words("", "{number}: {what}", "{words}\n\n{desk_link}"),
}

RU: dict[str, Words] = {
    "acknowledge": Words(
        "Poruchi: задача {number} принята. {guess}Дальше пришлём, как поняли. Отменить: Н",
        "{number}: {title}",
        "Спасибо, ваша задача {number} «{title}» у нас.\n\n{guess}\n\nДальше напишем, как мы её"
        " поняли; работа начнётся, когда вы подтвердите.\n\nЧтобы отменить её, ответьте Н."
        " Посмотреть: {link}",
    ),
    "confirm": Words(
        "{number}, как мы поняли: {retelling} {price}, {deadline}. Верно? Д или Н",
        "{number}: верно ли мы поняли?",
        "Как понимает {name}:\n\n{retelling}\n\n{plan}\n\n{points}\n\nЦена {price}, готово"
        " {deadline}.\n\nОтветьте Д, если верно, или Н и что не так. Или здесь: {link}\n\nЧасы"
        " стоят, пока вы не ответите.",
    ),
    "confirm_ways": Words(
        "{number}, как мы поняли: {retelling} Есть другой путь: {proposal} {proposal_price},"
        " {proposal_deadline}. А как просили {price}, Б другой. А или Б",
        "{number}: верно ли мы поняли? Есть и другой путь",
        "Как понимает {name}:\n\n{retelling}\n\n{plan}\n\n{points}\n\nА. Как просили: {price},"
        " готово {deadline}.\nБ. {proposal} {proposal_price}, готово"
        " {proposal_deadline}.\n\nОтветьте А или Б, или Н и что не так. Или здесь: {link}\n\nЧасы"
        " стоят, пока вы не ответите.",
    ),
    "limit": Words(
        "{number}, {who}: {retelling} {price}, {deadline}. Нужно ваше слово: {limit}. Начинать? Д"
        " или Н",
        "{number}: нужно ваше решение, {price}",
        "Задачу {number} поручает {who}. Нужно ваше решение: {limit}.\n\nКак понимает"
        " {name}:\n\n{retelling}\n\n{plan}\n\n{points}\n\nЦена {price}, готово"
        " {deadline}.\n\nОтветьте Д, и работа начнётся, или Н и что не так. Или здесь:"
        " {link}\n\nЧасы стоят, пока вы не ответите.",
    ),
    "limit_ways": Words(
        "{number}, {who}: {retelling} Есть другой путь: {proposal} {proposal_price},"
        " {proposal_deadline}. А как просили {price}, Б другой. Нужно ваше слово: {limit}. А или Б",
        "{number}: нужно ваше решение, два пути",
        "Задачу {number} поручает {who}. Нужно ваше решение: {limit}.\n\nКак понимает"
        " {name}:\n\n{retelling}\n\n{plan}\n\n{points}\n\nА. Как просили: {price}, готово"
        " {deadline}.\nБ. {proposal} {proposal_price}, готово {proposal_deadline}.\n\nОтветьте А"
        " или Б, и работа начнётся, или Н и что не так. Или здесь: {link}\n\nЧасы стоят, пока вы не"
        " ответите.",
    ),
    "started": Words(
        "{number}: спасибо, работа началась ({name}). Середина срока в {red_line}.",
        "{number}: {name} начинает работу",
        "Спасибо. {name} начинает работу над задачей «{title}». Проверка в середине срока"
        " {red_line}, готово {deadline}. До тех пор от вас ничего не нужно.\n\n{link}",
    ),
    "question": Words(
        "{number}, вопрос: {question} {options}Часы стоят, ждём вас.",
        "{number}: вопрос",
        "{name} спрашивает о задаче «{title}»:\n\n{question}\n\n{options}\nОтветьте на это письмо"
        " или здесь: {link}\n\nЧасы стоят, пока вы не ответите.",
    ),
    "red_line": Words(
        "{number}, середина: готово {progress} %, {deadline} {holds}. {help} Менять условия лучше"
        " сейчас.",
        "{number}: середина срока, готово {progress} %",
        "Прошла половина срока задачи «{title}»: готово {progress} %, срок {deadline}"
        " {holds}.\n\n{help}\n\nЕсли нужно что-то изменить, ответьте на это письмо или здесь; с"
        " этого момента цену и срок изменения мы согласуем отдельно: {link}",
    ),
    "progress": Words(
        "{number}: готово {progress} %, {deadline} {holds}. {help} Менять условия свободно можно до"
        " {red_line}.",
        "{number}: готово {progress} %",
        "Как продвигается задача «{title}»: готово {progress} %, срок {deadline}"
        " {holds}.\n\n{help}\n\nДо {red_line}, половины срока, условия можно менять свободно:"
        " ответьте на это письмо или здесь: {link}",
    ),
    "late": Words(
        "{number} задерживается, извините. Занимаемся и напишем, когда будет готово. Вопросы:"
        " «{number}: …»",
        "{number} задерживается",
        "Задача «{title}» задерживается, просим прощения. Срок был {deadline}. Супервайзер знает и"
        " уже занимается ею.\n\nЧтобы договориться о другом сроке или остановить её, ответьте на"
        " это письмо или здесь: {link}",
    ),
    "deliver": Words(
        "{number} готова: {delivery} {link} Хорошо? 1 да, 2 не совсем. {unanswered}",
        "{number} готова",
        "Задача «{title}» готова:\n\n{delivery}\n\nПосмотреть с файлами и оценить: {link}\n\n"
        "Или ответьте 1, если хорошо, 2, если не совсем. {unanswered}",
    ),
    "accept_notice": Words(
        "{number} готова с {delivered}: {link} Хорошо? 1 да, 2 не совсем. {unanswered}",
        "{number}: ждём вашу оценку",
        "Задача «{title}» готова с {delivered} и ждёт вашей оценки: {link}\n\n"
        "Ответьте 1, если хорошо, 2, если не совсем. {unanswered}",
    ),
    "receipt": Words(
        "{number} закрыта, {price}. Поблагодарить ({name}): С и ваши слова.",
        "{number}: счёт {invoice} на {price}",
        "Задача «{title}» закрыта. {price} списано с карты. Счёт {invoice}: {invoice_link}\n\nЧтобы"
        " поблагодарить, ответьте С и добавьте свои слова ({name} их получит), или здесь: {link}",
    ),
    "tip_receipt": Words(
        "На чай {price} ({name}) оплачено, счёт {invoice}.",
        "{number}: счёт {invoice} на {price}",
        "{name} получит от вас на чай {price} за задачу «{title}». Списано с карты. Счёт {invoice}:"
        " {invoice_link}",
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
        "{number}, ответ сразу: {reason}",
        "{number}: ответ сразу",
        "О задаче «{title}»:\n\n{reason}\n\nЭто заняло минуту, поэтому бесплатно. Если мы ошиблись,"
        " ответьте на это письмо.",
    ),
    "cancelled": Words(
        "{number} остановлена. {why}{charged}",
        "{number} остановлена",
        "Задача «{title}» остановлена. {why}{charged}\n\n{link}",
    ),
    "resolved": Words(
        "{number}: мы разобрались. {reason} {charged}",
        "{number}: мы разобрались",
        "Мы посмотрели, что вы сказали о задаче «{title}».\n\n{reason}\n\n{charged}\n\n{link}",
    ),
    "said": Words(
        "{number}, {name}: {words}",
        "{number}: пишет {name}",
        "{words}\n\nОтветьте на это письмо или здесь: {link}",
    ),
    "reply": Words("{words}", "{subject}", "{words}\n\nНаписать нам: ответьте на это письмо."),
    "to_stranger": Words(
        "Poruchi: {words}", "Re: {subject}", "{words}\n\nНаписать нам: ответьте на это письмо."
    ),
    "stopped": Words(
        "Больше не пишем по СМС. Задачи продолжим почтой. Вернуться: СТАРТ",
        "Больше не пишем по СМС",
        "Мы больше не пишем вам по СМС. Задачи в работе продолжим по почте. Чтобы вернуться,"
        " пришлите СТАРТ.",
    ),
    "left_out": Words(
        "{number}: не прикрепили {words}. Пришлите меньшим размером или ссылкой: {link}",
        "{number}: файл не поместился",
        "К задаче {number}, «{title}», не удалось прикрепить:\n\n{words}\n\n"
        "Всё остальное дошло. Пришлите меньшим размером, по частям или ссылкой: "
        "ответьте на это письмо или добавьте здесь: {link}",
    ),
    "stranger": Words(
        "Poruchi: получили, но номер нам пока не знаком. Человек посмотрит и ответит: {link}",
        "Мы получили ваше письмо",
        "Спасибо за письмо. Ваш адрес нам пока не знаком, поэтому письмо прочтёт человек и ответит"
        " вам.\n\nЕсли вы клиент, пишите с адреса, который указали; если хотите им стать, начните"
        " здесь: {link}",
    ),
    "welcome": Words(
        "",
        "Добро пожаловать в Poruchi",
        "Ваша первая задача у нас, её уже смотрят. Задайте пароль, чтобы следить за ней и поручить"
        " следующую:\n\n{link}\n\nСсылка действует три дня.",
    ),
    "invitation": Words(
        "",
        "{inviter} приглашает вас в Poruchi",
        "{inviter} приглашает вас поручать задачи от имени {company}. Poruchi — служба помощников:"
        " вы пишете, что сделать, специалист делает это в срок.\n\nПрисоединиться: {link}\n\nСсылка"
        " действует 14 дней.",
    ),
    "reset": Words(
        "",
        "Новый пароль для Poruchi",
        "Для вашего адреса запросили новый пароль. Задайте его здесь:\n\n{link}\n\nСсылка"
        " одноразовая и действует два часа. Если запросили не вы, ничего не делайте.",
    ),
    "code": Words(
        "Poruchi: ваш код {code}. Действует 15 минут.",
        "Ваш код для Poruchi: {code}",
        "Ваш код {code}. Он действует 15 минут. Если вы его не просили, ничего не делайте.",
    ),
    "work_note": Words("", "{number}: {what}", "{words}\n\n{work_link}"),
    "desk_note": Words("", "{number}: {what}", "{words}\n\n{desk_link}"),
}
TEMPLATES = {"en": EN, "ru": RU}

# What the one button of a mail says; "" for every other.
_SEE, _SCORE, _ANSWER = (
    {"en": "See the task", "ru": "Посмотреть задачу"},
    {"en": "Read and score", "ru": "Посмотреть и оценить"},
    {"en": "Answer", "ru": "Ответить"},
)
_PASSWORD = {"en": "Set a password", "ru": "Задать пароль"}
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
    "red_line": {"en": "See how it stands", "ru": "Посмотреть, как идёт работа"},
    "progress": {"en": "See how it stands", "ru": "Посмотреть, как идёт работа"},
    "deliver": _SCORE,
    "accept_notice": _SCORE,
    "receipt": {"en": "Open the invoice", "ru": "Открыть счёт"},
    "tip_receipt": {"en": "Open the invoice", "ru": "Открыть счёт"},
    "accepted": {"en": "Say thank you", "ru": "Поблагодарить"},
    "charge_failed": {"en": "Use another card", "ru": "Указать другую карту"},
    "stranger": {"en": "Hand over a first task", "ru": "Поручить первую задачу"},
    "welcome": _PASSWORD,
    "reset": _PASSWORD,
    "invitation": {"en": "Join", "ru": "Присоединиться"},
}

# Short sentences of the texts above and of the answers to commands.
SAYINGS: dict[str, dict[str, str]] = {
    "guess": {"en": "{kind}, {price}, ready {deadline}. ", "ru": "{kind}, {price}, {deadline}. "},
    "holds": {"en": "holds", "ru": "держится"},
    "slips": {"en": "may slip", "ru": "под вопросом"},
    "charged": {
        "en": "{price} is charged for what was done.",
        "ru": "За сделанное списано {price}.",
    },
    "free": {"en": "Nothing is charged.", "ru": "Ничего не списано."},
    "decides": {
        "en": (
            "Nothing is charged now: an operator decides between 0 and {price} and writes to you."
        ),
        "ru": "Сейчас ничего не списано: оператор решит, сколько, от 0 до {price}, и напишет вам.",
    },
    "counts_as_yes": {
        "en": "No answer by {silence} counts as yes.",
        "ru": "Без ответа до {silence} работа считается принятой.",
    },
    "operator_decides": {
        "en": (
            "{share} % of the agreed points are met. Without an answer by {silence}"
            " an operator decides, and nothing is charged until then."
        ),
        "ru": (
            "Выполнено {share} % условий. Без ответа до {silence} решит оператор,"
            " до этого ничего не спишем."
        ),
    },
    "points": {"en": "Points we made exact:", "ru": "Что мы уточнили:"},
    "point": {"en": "{place}. “{words}”: {exact}", "ru": "{place}. «{words}»: {exact}"},
    "help": {
        "en": (
            "Poruchi: text us a task in your own words. STATUS shows your tasks, CANCEL and a"
            ' number stops one, "12: words" writes on task 12, STOP ends texts.'
        ),
        "ru": (
            "Poruchi: поручите своими словами. СТАТУС — задачи, ОТМЕНА и номер, «12: слова» — по"
            " задаче 12, СТОП — не писать."
        ),
    },
    "back": {
        "en": "Welcome back. Text your next task whenever you like.",
        "ru": "Снова на связи. Ждём следующую задачу.",
    },
    "no_tasks": {
        "en": "Nothing is under way. Text a task in your own words.",
        "ru": "Сейчас задач нет. Поручите своими словами.",
    },
    "a_tap": {"en": "a reaction", "ru": "реакция"},
    "unread": {
        "en": (
            'Sorry, we did not understand "{words}". For {number} reply {letters}, or "{number}: "'
            " and your own words. A new task: NEW and words."
        ),
        "ru": (
            "Не поняли ответ «{words}». По {number}: {letters}, или «{number}: » и свои слова."
            " Новая задача: НОВАЯ и слова."
        ),
    },
    "unread_words": {
        "en": (
            'Sorry, we did not understand "{words}". For {number} reply "{number}: " and your own'
            " words. A new task: NEW and words."
        ),
        "ru": (
            "Не поняли ответ «{words}». По {number}: «{number}: » и свои слова. Новая задача: НОВАЯ"
            " и слова."
        ),
    },
    "which": {
        "en": 'Several tasks wait for you: {numbers}. Reply with the number too, like "{example}".',
        "ru": "Ждут ответа: {numbers}. Напишите с номером, например «{example}».",
    },
    "nothing_waits": {
        "en": (
            "Nothing waits for your answer just now. For a new task write in a sentence what is to"
            " be done."
        ),
        "ru": "Сейчас ничего не ждёт ответа. Новую задачу напишите одной фразой.",
    },
    "nothing_waits_on": {
        "en": (
            '{number}: nothing waits for your answer there just now. To write on it: "{number}: "'
            " and your words."
        ),
        "ru": "{number}: ответа сейчас не ждём. Написать по ней: «{number}: » и слова.",
    },
    "welcome": {
        "en": "Thank you, too. Text the next one whenever you like.",
        "ru": "И вам спасибо. Ждём следующую задачу.",
    },
    "new_what": {"en": "Text NEW and what is to be done.", "ru": "Напишите НОВАЯ и что сделать."},
    "say_what": {
        "en": '{number}: there were no words. Text "{number}: " and what you want to say.',
        "ru": "{number}: слов не было. Напишите «{number}: » и слова.",
    },
    "cancel_which": {
        "en": "Which one? Text CANCEL and the number. STATUS shows your tasks.",
        "ru": "Какую? ОТМЕНА и номер. Список: СТАТУС",
    },
    "waits": {"en": ", waits for you", "ru": ", ждёт вас"},
    "and_more": {"en": "... and {count} more", "ru": "… и ещё {count}"},
    "passed_on_waits": {
        "en": "{number}: passed on. It still waits for your answer: {letters}.",
        "ru": "{number}: передали. Ещё ждём ответ: {letters}.",
    },
    "looked_at": {
        "en": "We got your picture. Without words somebody looks at it and answers you.",
        "ru": "Получили фото. Без слов его посмотрит человек и ответит.",
    },
    "what_differs": {
        "en": "{number}: what is different? Write it in your own words.",
        "ru": "{number}: что не так? Напишите своими словами.",
    },
    "what_lacks": {
        "en": "{number}: what is missing? Write it in your own words and it is reworked.",
        "ru": "{number}: чего не хватает? Напишите, и доработаем.",
    },
    "not_quite": {
        "en": "{number}: what is missing? Write it and it is reworked (A). {ways}",
        "ru": "{number}: чего не хватает? Напишите, и доработаем (А). {ways}",
    },
    "part_or_operator": {
        "en": "B: pay {share} %, {part}. C: an operator decides.",
        "ru": "Б: оплатить {share} %, {part}. В: решит оператор.",
    },
    "or_operator": {"en": "B: an operator decides.", "ru": "Б: решит оператор."},
    "accept_all_the_same": {
        "en": (
            "{number}: only {share} % of the agreed points are met. Reply 1 again to accept"
            " for {price}, A for rework, B to pay {share} %: {part}, C for an operator."
        ),
        "ru": (
            "{number}: выполнено только {share} % условий. Ответьте 1 ещё раз, чтобы принять"
            " за {price}, А доработать, Б оплатить {share} %: {part}, В решит оператор."
        ),
    },
    "disputed": {
        "en": "{number}: an operator looks at it and writes to you. Nothing is charged until then.",
        "ru": "{number}: оператор разберётся и напишет вам. До этого ничего не спишем.",
    },
    "corrected": {
        "en": "{number}: thank you, we retell it again.",
        "ru": "{number}: спасибо, перескажем ещё раз.",
    },
    "taken": {
        "en": "{number}: taken as your answer. If it was a new task, text NEW and your words.",
        "ru": "{number}: приняли как ответ. Если это новая задача: НОВАЯ и слова.",
    },
    "passed_on": {"en": "{number}: passed on.", "ru": "{number}: передали."},
    "reworking": {
        "en": "{number}: thank you, it is being reworked.",
        "ru": "{number}: спасибо, дорабатываем.",
    },
    "thanked": {
        "en": "{name} has it. Text the next one whenever you like.",
        "ru": "Передали ({name}). Ждём следующую задачу.",
    },
    "not_found": {"en": "There is no task {number} of yours.", "ru": "Задачи {number} у вас нет."},
    "empty": {
        "en": "Your text was empty. Write what is to be done.",
        "ru": "Пустое сообщение. Напишите, что сделать.",
    },
    "about_task": {"en": "Task {number}", "ru": "Задача {number}"},
    "handed": {"en": "Handed over {day}", "ru": "Поручено {day}"},
    "half_way": {"en": "Red line {day}", "ru": "Красная линия {day}"},
    "dead_line": {"en": "Dead line {day}", "ru": "Срок {day}"},
    "what_we_write": {"en": "What we write to you, and how", "ru": "Что и как мы вам пишем"},
    "why_task": {
        "en": (
            "You get this mail because task {number} was handed over for {company}. Times are in"
            " {city} time."
        ),
        "ru": (
            "Письмо пришло, потому что задачу {number} поручили от имени {company}. Время: {city}."
        ),
    },
    "say_thanks": {"en": "say thank you", "ru": "поблагодарить"},
    "why_note": {
        "en": "You get this note because you work here. Times are in {city} time.",
        "ru": "Вы получили это, потому что работаете здесь. Время: {city}.",
    },
    "why_welcome": {
        "en": "You get this mail because a first task was handed over with this address.",
        "ru": "Письмо пришло, потому что с этого адреса поручили первую задачу.",
    },
    "why_invitation": {
        "en": "You get this mail because somebody gave your address to invite you.",
        "ru": "Письмо пришло, потому что ваш адрес указали в приглашении.",
    },
    "why_asked": {
        "en": "You get this mail because somebody asked for it with this address.",
        "ru": "Письмо пришло, потому что его запросили для этого адреса.",
    },
    "why_wrote": {
        "en": "You get this mail because you wrote to us.",
        "ru": "Письмо пришло, потому что вы нам написали.",
    },
    "options_reply": {"en": "Reply {options}, or your words. ", "ru": "{options}. "},
}


def saying(key: str, language: str, /, **facts: object) -> str:
    """A short sentence in this language."""
    return SAYINGS[key][language].format(**facts)
