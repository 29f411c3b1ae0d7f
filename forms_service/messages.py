"""Sentences the use cases say, by code: what happened, what is safe, what to do next."""

from __future__ import annotations

from core.localized_text import LocalizedText

_T = LocalizedText

MESSAGES: dict[str, LocalizedText] = {
    "not_yours": _T(
        "هذا الملف غير موجود أو لا يمكنكم الاطلاع عليه.",
        "Ce dossier n'existe pas ou ne vous est pas accessible.",
    ),
    "not_allowed": _T(
        "هذه العملية غير مسموح بها لحسابكم. لم يتغير شيء.",
        "Votre compte ne permet pas cette opération. Rien n'a été modifié.",
    ),
    "changed_meanwhile": _T(
        "تم تغيير «{what}» في نافذة أخرى أو من طرف شخص آخر. لم يُستبدل أي شيء. "
        "راجعوا ما هو مسجل الآن ثم صححوا إن لزم الأمر.",
        "« {what} » a été modifié dans un autre onglet ou par une autre personne. Rien n'a été écrasé. "
        "Voyez ce qui est enregistré maintenant, puis corrigez si nécessaire.",
    ),
    "one_reading_only": _T(
        "لهذا الجواب قراءتان مختلفتان من صفحتين، وقد حُفظت الأولى. صححوها في خانتها إن لم تكن هي الصحيحة.",
        "Deux pages donnent deux lectures de cette réponse ; la première est gardée. Si ce n'est pas la bonne, "
        "corrigez-la dans sa case.",
    ),
    "not_editable": _T(
        "تم إيداع هذا الملف، ولا يمكن تغييره الآن. إذا طُلب منكم تصحيح، فسيصبح قابلا للتعديل من جديد.",
        "Ce dossier est déposé et ne peut plus être modifié. "
        "Si une correction vous est demandée, il redeviendra modifiable.",
    ),
    # --- letting go ---
    "not_a_draft": _T(
        "تم إيداع هذا الطلب، فلا يمكن محوه مباشرة. يُحفظ المدة المذكورة في صفحة معطياتكم.",
        "Cette demande est déposée : elle ne peut pas être effacée ici. "
        "Elle est conservée le temps indiqué sur la page de vos données.",
    ),
    "held_by_law": _T(
        "يجب حفظ هذا الملف بطلب من القضاء أو من جهة مخولة قانونا. لم يُمح شيء.",
        "La loi oblige à conserver ce dossier pour le moment. Rien n'a été effacé.",
    ),
    "not_held": _T(
        "هذا الملف غير موقوف محوه بحكم القانون. لم يتغير شيء.",
        "Ce dossier ne fait l'objet d'aucune conservation obligatoire. Rien n'a été modifié.",
    ),
    "still_in_hand": _T(
        "ما زال هذا الطلب قيد المعالجة، فلم يُمح شيء. يجب البت فيه أو إغلاقه أولا.",
        "Cette demande est encore en cours : rien n'a été effacé. Elle doit d'abord être décidée ou classée.",
    ),
    "asked_already": _T(
        "طُلب محو معطيات هذا الملف من قبل، وينتظر الطلب موافقة شخص ثان. لم يُمح شيء.",
        "L'effacement de ce dossier est déjà demandé et attend l'accord d'une seconde personne. Rien n'a été effacé.",
    ),
    "nothing_asked": _T(
        "لم يطلب أحد محو معطيات هذا الملف. لم يُمح شيء.",
        "Personne n'a demandé l'effacement de ce dossier. Rien n'a été effacé.",
    ),
    "asked_too_long_ago": _T(
        "انتهى أجل طلب محو هذا الملف. لم يُمح شيء. يمكن تقديمه من جديد.",
        "Le délai de cette demande d'effacement est passé. Rien n'a été effacé. Elle peut être faite de nouveau.",
    ),
    "second_person_needed": _T(
        "أنتم من طلب هذا المحو: يجب أن يوافق عليه شخص آخر. لم يُمح شيء.",
        "Vous avez demandé cet effacement : une autre personne doit donner son accord. Rien n'a été effacé.",
    ),
    "not_proved_erased": _T(
        "هذا السطر من القائمة لا يثبت أن الملف مُحي هنا من قبل. لم يُمح شيء. اطلبوا المحو بموافقة شخصين.",
        "Cette ligne de la liste ne prouve pas que le dossier a déjà été effacé ici. Rien n'a été effacé. "
        "Demandez l'effacement à deux personnes.",
    ),
    "account_in_use": _T(
        "لديكم طلب قيد المعالجة، ويجب أن يتمكن الصندوق من الاتصال بكم. لم يُغلق الحساب ولم يُمح شيء. "
        "أعيدوا المحاولة بعد صدور القرار.",
        "Une de vos demandes est en cours et la CNSS doit pouvoir vous joindre. Le compte n'est pas fermé et rien "
        "n'a été effacé. Recommencez après la décision.",
    ),
    "not_erased": _T(
        "لم يُمح أي ملف بهذا المرجع.",
        "Aucun dossier de cette référence n'a été effacé.",
    ),
    "blank_serves_nothing": _T(
        "هذه الصفحة بيضاء، فلا تقوم مقام أي وثيقة. لم يتغير شيء. أرسلوا الوثيقة نفسها.",
        "Cette page est blanche : elle ne tient lieu d'aucun document. Rien n'a été modifié. "
        "Envoyez le document lui-même.",
    ),
    "takes_no_complement": _T(
        "لا يمكن إضافة وثائق إلى هذا الملف في حالته الحالية. لم يتغير شيء. أعيدوا تحميل الصفحة لتروا حالته.",
        "Ce dossier ne peut pas recevoir de documents dans son état actuel. Rien n'a été modifié. "
        "Rechargez la page pour voir où il en est.",
    ),
    "not_missing": _T(
        "هذه الوثيقة لا تنقص ملفكم، فلم تُضف. ما أودعتموه محفوظ كما هو.",
        "Ce document ne manque pas à votre dossier : il n'a pas été ajouté. Ce que vous avez déposé est intact.",
    ),
    "unknown_field": _T(
        "هذه الخانات غير موجودة في الاستمارة: {fields}. لم يُسجل أي شيء. تحققوا من أسماء الخانات.",
        "Ces champs n'existent pas dans le formulaire : {fields}. Rien n'a été enregistré. "
        "Vérifiez leurs noms.",
    ),
    "unknown_group": _T(
        "المجموعة «{group}» غير موجودة في الاستمارة. لم يُسجل أي شيء.",
        "Le groupe « {group} » n'existe pas dans le formulaire. Rien n'a été enregistré.",
    ),
    "too_many_rows": _T(
        "يمكن تسجيل {maximum} على الأكثر في «{group}». لم يُسجل أي شيء.",
        "« {group} » : {maximum} au plus. Rien n'a été enregistré.",
    ),
    "unknown_document": _T(
        "هذا المرفق غير موجود أو تمت إزالته.", "Cette pièce n'existe pas ou a été retirée."
    ),
    "unknown_document_type": _T(
        "نوع الوثيقة «{type}» غير معروف. اختاروا نوعا من اللائحة.",
        "Le type de document « {type} » est inconnu. Choisissez-le dans la liste.",
    ),
    "infected_upload": _T(
        "عُثر على فيروس في هذا الملف فوُضع جانبا ولن يفتحه أحد. أجوبتكم ووثائقكم الأخرى لم تتأثر. "
        "افحصوا جهازكم ببرنامج مضاد للفيروسات، ثم صوروا الوثيقة أو امسحوها من جديد وأرسلوها.",
        "Un virus a été trouvé dans ce fichier : il est mis à l'écart et personne ne l'ouvrira. Vos réponses et vos "
        "autres documents sont intacts. Analysez votre appareil avec un antivirus, puis photographiez ou numérisez "
        "le document de nouveau et renvoyez-le.",
    ),
    "no_clean_copy": _T(
        "تعذر إعداد نسخة آمنة من هذا الملف لأنه تالف أو محمي بكلمة سر. الملف الأصلي محفوظ كما أُرسل.",
        "Aucune copie sûre de ce fichier n'a pu être faite : il est abîmé ou protégé par un mot de passe. L'original "
        "est conservé tel qu'il a été envoyé.",
    ),
    "too_busy": _T(
        "تُعد الآن ملفات أخرى كثيرة، فلم يُنجز طلبكم. لم يضع شيء. أعيدوا المحاولة بعد لحظات.",
        "Plusieurs fichiers sont en cours de préparation : le vôtre n'a pas été traité. Rien n'est perdu. "
        "Réessayez dans quelques instants.",
    ),
    "unknown_page": _T(
        "لا توجد صورة لهذه الصفحة بعد. إذا كانت القراءة جارية فانتظروا قليلا ثم أعيدوا المحاولة.",
        "Il n'y a pas (encore) d'image de cette page. Si la lecture est en cours, patientez puis réessayez.",
    ),
    "too_many_uploads": _T(
        "بلغ عدد المرفقات الحد الأقصى ({maximum}). المرفقات السابقة محفوظة. أزيلوا ما لا تحتاجونه.",
        "Ce dossier a déjà {maximum} pièces. Elles sont conservées. Retirez celles qui ne servent pas.",
    ),
    "declaration_needed": _T(
        "لإيداع الطلب، يجب أن تصرحوا بصحة المعلومات. معلوماتكم محفوظة. ضعوا العلامة في الخانة ثم أعيدوا الإيداع.",
        "Pour déposer, déclarez que les informations sont exactes. Vos réponses sont conservées. "
        "Cochez la case, puis déposez à nouveau.",
    ),
    "no_receipt": _T(
        "لم يُودع هذا الملف بعد، ولذلك لا يوجد وصل.",
        "Ce dossier n'est pas encore déposé : il n'a pas d'accusé de dépôt.",
    ),
    "register_silent": _T(
        "تعذر الاطلاع على سجلات الصندوق الآن. لم يتغير شيء وأجوبتكم محفوظة. أعيدوا المحاولة بعد قليل.",
        "Les registres de la caisse ne répondent pas pour le moment. Rien n'a été modifié et vos réponses sont "
        "conservées. Réessayez dans un moment.",
    ),
    "cannot_sign": _T(
        "تعذر توقيع وصل الإيداع لسبب تقني، ولذلك لم يُودع الطلب. أجوبتكم ووثائقكم محفوظة. أعيدوا المحاولة لاحقا، "
        "أو اتصلوا بوكالتكم.",
        "L'accusé de dépôt n'a pas pu être signé pour une raison technique ; la demande n'est donc pas déposée. "
        "Vos réponses et vos documents sont conservés. Réessayez plus tard, ou adressez-vous à votre agence.",
    ),
    "note_too_long": _T(
        "الملاحظة الداخلية أطول من {longest} حرف. لم يُلغ أي شيء. اختصروها ثم أعيدوا المحاولة.",
        "La note interne dépasse {longest} caractères. Rien n'a été annulé. Raccourcissez-la et recommencez.",
    ),
    "no_such_receipt": _T(
        "لا يوجد وصل بالمرجع {reference}. لم يُلغ أي شيء. تحققوا من المرجع المطبوع على الوصل.",
        "Aucun accusé ne porte la référence {reference}. Rien n'a été annulé. Vérifiez la référence imprimée.",
    ),
    "already_revoked": _T(
        "أُلغيت وصولات المرجع {reference} من قبل. لم يتغير شيء.",
        "Les accusés de la référence {reference} sont déjà annulés. Rien n'a été modifié.",
    ),
    "login_taken": _T(
        "يوجد حساب بهذا الرقم. سجلوا الدخول به أو اتصلوا بوكالتكم.",
        "Un compte existe déjà avec ce numéro. Connectez-vous ou adressez-vous à votre agence.",
    ),
    "weak_password": _T(
        "كلمة السر قصيرة جدا: عدد الحروف والأرقام يجب ألا يقل عن {minimum}.",
        "Mot de passe trop court : {minimum} caractères au moins.",
    ),
    "plain_password": _T(
        "كلمة السر سهلة التخمين: لا تستعملوا أرقاما متتالية ولا رقم التسجيل ولا تاريخ الازدياد.",
        "Mot de passe trop facile à deviner : ni suite de touches, ni numéro d'immatriculation, ni date de naissance.",
    ),
    "passwords_differ": _T(
        "كلمتا السر غير متطابقتين. اكتبوهما من جديد.",
        "Les deux mots de passe diffèrent. Écrivez-les à nouveau.",
    ),
    "wrong_password": _T(
        "كلمة السر الحالية غير صحيحة. لم يتغير شيء.",
        "Le mot de passe actuel est inexact. Rien n'a été modifié.",
    ),
    "same_password": _T(
        "هذه هي كلمة السر الحالية. لم يتغير شيء. اختاروا كلمة أخرى.",
        "C'est le mot de passe actuel. Rien n'a été modifié. Choisissez-en un autre.",
    ),
    "password_is_theirs": _T(
        "لا يختار كلمة السر لهذا الحساب إلا صاحبه. لم يتغير شيء. أرسلوا إليه رمزا.",
        "Seul le titulaire de ce compte choisit son mot de passe. Rien n'a été modifié. Envoyez-lui un code.",
    ),
    "nowhere_to_send": _T(
        "لا يوجد في هذا الحساب هاتف ولا بريد إلكتروني يمكن إرسال رمز إليه، أو أنه مغلق. لم يُرسل شيء.",
        "Ce compte n'a ni téléphone ni e-mail où envoyer un code, ou il est fermé. Rien n'a été envoyé.",
    ),
    "code_gone": _T(
        "انتهت صلاحية هذا الرمز أو استُعمل من قبل. لم يتغير شيء. اطلبوا رمزا جديدا.",
        "Ce code n'est plus valable ou a déjà servi. Rien n'a été modifié. Demandez-en un nouveau.",
    ),
    "answer_needed": _T("هذا الجواب ضروري.", "Cette réponse est nécessaire."),
    "registration_too_short": _T(
        "رقم التسجيل يتكون من 8 أو 9 أرقام، كما هو مكتوب في بطاقة الصندوق.",
        "Le numéro d'immatriculation a 8 ou 9 chiffres, comme sur la carte CNSS.",
    ),
    "birth_not_plausible": _T(
        "تحققوا من تاريخ الازدياد: اليوم ثم الشهر ثم السنة.",
        "Vérifiez la date de naissance : jour, mois, année.",
    ),
    "mobile_needed": _T(
        "اكتبوا رقم هاتف محمول من 10 أرقام يبدأ بـ 06 أو 07، ليصلكم الرمز في رسالة قصيرة.",
        "Indiquez un numéro de portable à 10 chiffres (06 ou 07), pour recevoir le code par SMS.",
    ),
    "phone_or_email_needed": _T(
        "اكتبوا رقم هاتفكم المحمول أو بريدكم الإلكتروني، لنرسل إليكم الرمز.",
        "Indiquez votre mobile ou votre e-mail, pour recevoir le code.",
    ),
    "registration_needed": _T("المرجو كتابة رقم التسجيل.", "Indiquez votre numéro d'immatriculation."),
    "affiliation_needed": _T(
        "المرجو كتابة رقم انخراط المقاولة.", "Indiquez le numéro d'affiliation de l'entreprise."
    ),
    "name_needed": _T("المرجو كتابة الاسم الكامل.", "Indiquez votre nom complet."),
    "already_decided": _T(
        "تم البت في هذه القيمة من طرف شخص آخر. لم يتغير شيء. أعيدوا تحميل الصفحة.",
        "Cette valeur a déjà été traitée par une autre personne. Rien n'a été modifié. Rechargez la page.",
    ),
    "changed_by_another": _T(
        "غيّر {name} هذا الملف بعد أن فتحتموه. لم يُستبدل أي شيء. اطلعوا على التغيير أعلاه ثم أعيدوا العملية.",
        "{name} a modifié ce dossier depuis que vous l'avez ouvert. Rien n'a été écrasé. "
        "Voyez ci-dessus ce qui a changé, puis recommencez.",
    ),
    "changed_by_reading": _T(
        "وصلت قراءة آلية جديدة بعد أن فتحتم هذا الملف. لم يُستبدل أي شيء. اطلعوا على التغيير أعلاه ثم أعيدوا العملية.",
        "Une lecture automatique est arrivée depuis que vous avez ouvert ce dossier. Rien n'a été écrasé. "
        "Voyez ci-dessus ce qui a changé, puis recommencez.",
    ),
    "decision_waits": _T(
        "اقترح {name} قرارا ينتظر تأكيد مكلف آخر بالدراسة. لم يتغير شيء. يمكن سحب الاقتراح أو إرجاعه أولا.",
        "{name} a proposé une décision qui attend un second gestionnaire. Rien n'a été modifié. "
        "Retirez ou renvoyez d'abord la proposition.",
    ),
    "own_proposal": _T(
        "أنتم من اقترح هذا القرار، ويجب أن يؤكده مكلف آخر بالدراسة. لم يتغير شيء.",
        "Vous avez proposé cette décision : une autre personne doit la confirmer. Rien n'a été modifié.",
    ),
    "no_proposal": _T(
        "لا يوجد قرار ينتظر التأكيد في هذا الملف. أعيدوا تحميل الصفحة.",
        "Aucune décision n'attend de confirmation dans ce dossier. Rechargez la page.",
    ),
    "proposal_outdated": _T(
        "تغير الملف بعد اقتراح القرار. لم يُسجل شيء. أرجعوا الاقتراح ليُنظر في الملف من جديد.",
        "Le dossier a changé depuis la proposition. Rien n'a été enregistré. "
        "Renvoyez la proposition pour un nouvel examen.",
    ),
    "not_under_review": _T(
        "هذا الملف ليس قيد الدراسة. لم يتغير شيء. أعيدوا تحميل الصفحة.",
        "Ce dossier n'est pas en cours d'examen. Rien n'a été modifié. Rechargez la page.",
    ),
    "asked_again_only": _T(
        "طُلبت إعادة الجواب «{label}»، ولم يُرسل طلب التصحيح بعد.",
        "La réponse « {label} » est à redemander et la demande de correction n'est pas partie.",
    ),
    "no_such_dossier": _T(
        "لا يوجد ملف بهذا المرجع. لم يتغير شيء. تحققوا من المرجع المكتوب على الوصل.",
        "Aucun dossier n'a cette référence. Rien n'a été modifié. Vérifiez celle qui figure sur l'accusé.",
    ),
    "staff_login_needed": _T(
        "اكتبوا اسم مستخدم لا يتكون من أرقام فقط، فالأرقام للمؤمن لهم. لم يُفتح أي حساب.",
        "Indiquez un identifiant qui ne soit pas fait que de chiffres : ceux-ci sont pour les assurés. "
        "Aucun compte n'a été ouvert.",
    ),
    "staff_login_spaces": _T(
        "اسم المستخدم كلمة واحدة بدون فراغات، مثل «{proposed}». لم يُفتح أي حساب.",
        "Un identifiant s'écrit en un seul mot, sans espace, par exemple « {proposed} ». "
        "Aucun compte n'a été ouvert.",
    ),
    "staff_login_taken": _T(
        "اسم المستخدم «{login}» مستعمل، فلا يهم كتابته بحروف كبيرة أو صغيرة. اختاروا اسما آخر. لم يُفتح أي حساب.",
        "L'identifiant « {login} » est déjà pris ; majuscules et minuscules n'y changent rien. "
        "Choisissez-en un autre. Aucun compte n'a été ouvert.",
    ),
    "role_needed": _T(
        "اختاروا دورا واحدا على الأقل. لم يتغير شيء.",
        "Choisissez au moins un rôle. Rien n'a été modifié.",
    ),
    "unknown_account": _T("هذا الحساب غير موجود.", "Ce compte n'existe pas."),
    "own_account": _T(
        "هذا حسابكم: لا تغلقونه ولا تعطونه كلمة سر من هنا. لم يتغير شيء. "
        "تغير كلمة السر من صفحة «حسابي»، ويغلق الحساب زميل آخر مكلف بالحسابات.",
        "C'est votre propre compte : il ne se ferme pas et ne reçoit pas de mot de passe d'ici. "
        "Rien n'a été modifié. Votre mot de passe se change sous « Mon compte » ; un autre collègue "
        "chargé des comptes peut fermer le vôtre.",
    ),
    "last_operator": _T(
        "هذا آخر حساب يدير المستعملين، فلا يمكن إغلاقه أو نزع دوره. لم يتغير شيء. عينوا مسؤولا آخر أولا.",
        "C'est le dernier compte qui gère les utilisateurs : il garde ce rôle. Rien n'a été modifié. "
        "Nommez d'abord un autre responsable.",
    ),
    "nothing_to_accept": _T(
        "لم تُقرأ أي قيمة صالحة هنا. اكتبوا القيمة الصحيحة بأنفسكم.",
        "Aucune valeur valable n'a été lue ici. Saisissez la bonne valeur.",
    ),
    "reason_needed": _T(
        "اكتبوا السبب ليعرف المعني بالأمر ما عليه فعله. لم يتغير شيء.",
        "Indiquez la raison, pour que la personne sache quoi faire. Rien n'a été modifié.",
    ),
    "letter_needed": _T(
        "اكتبوا مرجع الرسالة أو الحكم. لم يتغير شيء.",
        "Indiquez la référence de la lettre ou du jugement. Rien n'a été modifié.",
    ),
    "unknown_outcome": _T(
        "القرار «{outcome}» غير معروف. لم يتغير شيء.", "La décision « {outcome} » est inconnue."
    ),
    "accepted_despite_gaps": _T(
        "هذا الملف ناقص. لقبوله رغم ذلك، ضعوا العلامة على الإقرار بالنقص واكتبوا السبب. لم يتغير شيء.",
        "Ce dossier est incomplet. Pour l'accepter malgré tout, cochez que vous le savez et écrivez le motif. "
        "Rien n'a été modifié.",
    ),
    "accepted_although": _T("قُبل الطلب رغم ما يلي:", "Accepté bien que :"),
    "not_ruled_on": _T("وثيقة لم يُبت فيها بعد: {label}.", "Document pas encore examiné : {label}."),
    "unusable_document": _T(
        "لا يمكن قبول هذه الوثيقة لأن ملفها لم يُقبل. لم يتغير شيء. اطلبوا من المعني بالأمر إرسالها من جديد.",
        "Ce document ne peut pas être accepté : son fichier a été refusé. Rien n'a été modifié. "
        "Demandez à la personne de le renvoyer.",
    ),
    "no_phone_for_code": _T(
        "لا يوجد رقم هاتف لإرسال الرمز إليه. اكتبوا رقم هاتفكم في الطلب أو في حسابكم، ثم أعيدوا المحاولة.",
        "Aucun numéro de téléphone où envoyer le code. Indiquez-le dans la demande ou dans votre compte, "
        "puis recommencez.",
    ),
    "already_closed": _T(
        "انتهت دراسة هذا الملف، ولا يمكن تغييره. لم يتغير شيء.",
        "L'examen de ce dossier est terminé ; il ne se modifie plus. Rien n'a été modifié.",
    ),
    "empty_to_confirm": _T(
        "الخانة فارغة، بينما يتضمن الملف: {value}. لحذف هذا الجواب، ضعوا العلامة للتأكيد. لم يتغير شيء.",
        "La case est vide, alors que le dossier contient : {value}. Pour effacer cette réponse, cochez la "
        "confirmation. Rien n'a été modifié.",
    ),
    # --- what becomes of an upload ---
    "reading_failed": _T(
        "لم نتمكن من قراءة هذا المرفق آليا. إنه محفوظ، وسيطلع عليه أحد الموظفين. لا يلزمكم فعل أي شيء.",
        "Cette pièce n'a pas pu être lue automatiquement. Elle est conservée et un agent la regardera. "
        "Vous n'avez rien à faire.",
    ),
    "page_unread": _T(
        "الصفحة {page}: توقفت القراءة الآلية فجأة عندها أكثر من مرة، فلم تُقرأ. الملف محفوظ وسيطلع عليه أحد الموظفين.",
        "Page {page} : la lecture automatique s'y est arrêtée net plusieurs fois, elle n'est donc pas lue. "
        "Le fichier est conservé et un agent la regardera.",
    ),
    "other_not_filed": _T(
        "تضم هذه الصفحات وثيقة أخرى ({document}) لم تُضف إلى الملف لأن عدد المرفقات بلغ حده الأقصى.",
        "Ces pages contiennent un autre document ({document}), qui n'a pas été ajouté : "
        "le dossier compte déjà le nombre maximal de pièces.",
    ),
    "page_too_slow": _T(
        "الصفحة {page}: تجاوزت قراءتها الآلية الوقت المسموح به أكثر من مرة، فلم تُقرأ. "
        "الملف محفوظ وسيطلع عليه أحد الموظفين.",
        "Page {page} : sa lecture automatique a dépassé plusieurs fois le temps permis, elle n'est donc pas lue. "
        "Le fichier est conservé et un agent la regardera.",
    ),
    "other_form": _T(
        "هذه صفحات الاستمارة {form}، بينما يخص هذا الملف الاستمارة {expected}: لم يؤخذ منها شيء، "
        "ويمكنكم حذف هذا الملف المرسل.",
        "Ces pages sont du formulaire {form}, alors que ce dossier relève du formulaire {expected} : rien n'en a "
        "été repris, vous pouvez retirer ce fichier.",
    ),
    "other_version": _T(
        "هذه الصفحات من النسخة {version} للاستمارة، وملفكم يعتمد النسخة {expected}. لم تؤخذ منها أي معلومة. "
        "اطبعوا الاستمارة من ملفكم وأرسلوها من جديد.",
        "Ces pages sont de la version {version} du formulaire ; votre dossier suit la version {expected}. "
        "Rien n'en a été repris. Imprimez le formulaire depuis votre dossier et renvoyez-le.",
    ),
    "other_reference": _T(
        "هذه الصفحات تحمل مرجع ملف آخر. لم تؤخذ منها أي معلومة. أرسلوا صفحات هذا الملف فقط.",
        "Ces pages portent la référence d'un autre dossier. Rien n'en a été repris. "
        "N'envoyez que les pages de ce dossier.",
    ),
    "some_pages_left_out": _T(
        "لم تؤخذ أي معلومة من الصفحات التالية لأنها لا تنتمي إلى هذا الملف: {pages}.",
        "Rien n'a été repris de ces pages, qui n'appartiennent pas à ce dossier : {pages}.",
    ),
    "declaration_at_deposit": _T(
        "أصرح بمصداقية وصحة المعلومات المذكورة", "Je déclare les informations citées sincères et véritables"
    ),
    "missing_pages": _T(
        "تنقص صفحات من الاستمارة: {pages}. ما أرسلتموه محفوظ. أضيفوا الصفحات الناقصة.",
        "Il manque des pages du formulaire : {pages}. Ce que vous avez envoyé est conservé. "
        "Ajoutez les pages manquantes.",
    ),
    "answers_taken": _T(
        "أُخذت أجوبتكم من ملف PDF. راجعوها قبل الإيداع.",
        "Les réponses du PDF ont été reprises. Vérifiez-les avant de déposer.",
    ),
    "made_on_screen": _T(
        "أُعدت هذه الاستمارة من الأجوبة عند الإيداع، والتصريح على الشاشة يقوم مقام التوقيع.",
        "Ce formulaire a été établi avec les réponses lors du dépôt ; la déclaration à l'écran tient lieu "
        "de signature.",
    ),
    "not_the_form": _T(
        "لم نجد في هذا المرفق أي صفحة من الاستمارة. إنه محفوظ، وسيطلع عليه أحد الموظفين.",
        "Aucune page du formulaire n'a été reconnue ici. La pièce est conservée et un agent la regardera.",
    ),
    # --- fates of a clerk's pages ---
    "already_settled": _T(
        "تم البت في هذه الصفحة من قبل. لم يتغير شيء. أعيدوا تحميل الصفحة.",
        "Cette page a déjà été traitée. Rien n'a été modifié. Rechargez la page.",
    ),
    "unknown_reference": _T(
        "لا يوجد ملف بهذا المرجع. لم يتغير شيء. تحققوا منه، أو اختاروا استمارة لفتح ملف بمرجع مطبوع لم يُستعمل بعد.",
        "Aucun dossier n'a cette référence. Rien n'a été modifié. Vérifiez-la, ou choisissez un formulaire pour "
        "ouvrir le dossier d'une référence imprimée qui n'a pas encore servi.",
    ),
    "page_of_other_form": _T(
        "هذه هي الصفحة {page} من الاستمارة {form}، أما هذا الملف فهو ملف «{title}». لم تُضف، وما زالت تنتظر "
        "هنا. اكتبوا مرجع ملف من استمارة هذه الصفحة، أو اختاروا تلك الاستمارة مع رقم التسجيل.",
        "Cette page est la page {page} du formulaire {form}, alors que ce dossier est celui de « {title} ». Elle "
        "n'a pas été versée et attend toujours ici. Indiquez un dossier du formulaire de la page, ou un n° "
        "d'immatriculation avec ce formulaire.",
    ),
    "page_already_there": _T(
        "الصفحة {page} من الاستمارة موجودة من قبل في الملف {reference}. لم تُضف هذه النسخة بعد. تحققوا من المرجع؛ "
        "وإذا كانت نسخة ثانية من الصفحة نفسها، فضعوا العلامة للتأكيد.",
        "La page {page} du formulaire est déjà dans le dossier {reference}. Cet exemplaire n'y est pas encore. "
        "Vérifiez la référence ; si c'est bien un second exemplaire, cochez la confirmation.",
    ),
    "whose_page": _T(
        "اكتبوا مرجع الملف، أو رقم التسجيل مع اختيار الاستمارة لفتح ملف جديد.",
        "Indiquez la référence du dossier, ou un n° d'immatriculation et un formulaire pour en ouvrir un.",
    ),
    "filed": _T("أُضيفت إلى الملف {reference}.", "Versée au dossier {reference}."),
    "filed_before": _T(
        "أُضيفت هذه الصفحة إلى الملف {reference} في إرسال سابق، ولم تُضف مرة ثانية.",
        "Versée au dossier {reference} lors d'un envoi précédent ; elle n'y est pas versée une seconde fois.",
    ),
    "unclear_sheet": _T(
        "لم تُضف هذه الورقة إلى أي ملف لأن صورتها لا تكفي لمعرفة ما هي. {told}",
        "Cette feuille n'a été versée à aucun dossier : son image ne permet pas de dire ce que c'est. {told}",
    ),
    "put_aside": _T("أُبعدت هذه الصفحة. السبب: {reason}", "Page écartée. Motif : {reason}"),
    "cover_sheet": _T(
        "غلاف الملف {reference}: الصفحات التي تليه تُضم إليه.",
        "Page de garde du dossier {reference} : les pages qui suivent le rejoignent.",
    ),
    "blank_page": _T("صفحة بيضاء، لا شيء فيها.", "Page blanche : il n'y a rien à classer."),
    "filed_by_position": _T(
        "أُضيفت إلى الملف {reference} حسب موضعها: فهي تلي استمارته.",
        "Versée au dossier {reference} d'après sa place : elle suit son formulaire.",
    ),
    "filed_below_cover": _T(
        "أُضيفت إلى الملف {reference} حسب موضعها: فهي تحت غلافه.",
        "Versée au dossier {reference} d'après sa place : elle est sous sa page de garde.",
    ),
    "page_twice": _T(
        "الصفحة {page} من الاستمارة موجودة من قبل في هذا الملف. ستُقارن النسختان.",
        "La page {page} du formulaire est déjà dans ce dossier. Les deux seront comparées.",
    ),
    "same_page_as": _T(
        "هي الصفحة نفسها الموجودة في الورقة {sheet} من المجموعة.",
        "Même page que la feuille {sheet} de la pile.",
    ),
    "version_outdated": _T(
        "هذه نسخة قديمة من الاستمارة ({version})؛ النسخة المعمول بها هي {current}.",
        "Version {version} du formulaire, dépassée : la version en vigueur est la {current}.",
    ),
    "version_not_in_force": _T(
        "هذه الصفحة من النسخة {version} للاستمارة، ولم تعد مقبولة؛ النسخة المعمول بها هي {current}. "
        "أصلها محفوظ. اطلبوا من المعني بالأمر ملء الاستمارة الجديدة.",
        "Cette page est de la version {version} du formulaire, qui n'est plus acceptée ; la version en vigueur "
        "est la {current}. L'original est conservé. Demandez à la personne de remplir le nouveau formulaire.",
    ),
    "code_unreadable": _T(
        "هذه صفحة من إحدى استماراتنا، لكن رمزها المربع غير مقروء. أصلها محفوظ. "
        "حددوا صاحبها في لائحة الصفحات التي تنتظر، أو أعيدوا مسحها.",
        "C'est une page d'un de nos formulaires, mais son code carré est illisible. L'original est conservé. "
        "Dites à qui elle est dans la liste des pages à identifier, ou scannez-la de nouveau.",
    ),
    "sheet_unread": _T(
        "تعذر فتح هذه الصفحة رغم محاولتين. الملف الأصلي محفوظ، والصفحات الأخرى غير معنية. أعيدوا مسح هذه الورقة.",
        "Cette page n'a pas pu être ouverte, même au deuxième essai. Le fichier est conservé et les autres pages "
        "ne sont pas touchées. Scannez cette feuille de nouveau.",
    ),
    "no_picture": _T(
        "لا يمكن فصل هذه الصفحة عن ملفها. لم يتغير شيء. أعيدوا مسح الورقة ثم أبعدوا هذه الصفحة.",
        "Cette page ne peut pas être séparée de son fichier. Rien n'a été modifié. "
        "Scannez la feuille de nouveau, puis écartez cette page.",
    ),
    "draft_not_empty": _T(
        "لا تُحذف إلا المسودة التي فُتحت في الوكالة ولم يُكتب فيها شيء ولم تُرسل إليها وثيقة. لم يتغير شيء.",
        "Seul un brouillon ouvert à l'agence, où rien n'a été écrit ni envoyé, peut être retiré. Rien n'a été modifié.",
    ),
    "cannot_open": _T(
        "لا يُفتح هذا الملف، فلا فائدة من إضافته إلى أي طلب. لم يتغير شيء، وأصله محفوظ. "
        "أرسلوا نسخة تُفتح أو أعيدوا مسح الأوراق، ثم أبعدوا هذا الملف.",
        "Ce fichier ne s'ouvre pas : le verser à un dossier ne servirait à rien. Rien n'a été modifié et "
        "l'original est conservé. Envoyez un fichier qui s'ouvre ou scannez les feuilles, puis écartez celui-ci.",
    ),
    "stack_given_up": _T(
        "توقف توزيع هذه المجموعة بعد عدة محاولات. ما وُزع منها بقي في ملفه، والملفات الأصلية محفوظة. "
        "أعيدوا مسح الأوراق التي لم تُوزع.",
        "La répartition de cette pile s'est arrêtée après plusieurs essais. Ce qui est classé le reste et les "
        "fichiers sont conservés. Scannez de nouveau les feuilles qui ne sont pas classées.",
    ),
    "unknown_stack": _T("لا توجد مجموعة بهذا العنوان.", "Aucune pile n'est connue à cette adresse."),
    "only_cover": _T(
        "هذا غلاف الملف وحده، وليس وثيقة من وثائقه. أرسلوا الأوراق التي تليه.",
        "Ce n'est que la page de garde du dossier, pas une pièce. Envoyez les papiers qui la suivent.",
    ),
    "unidentified": _T(
        "لا تحمل هذه الصفحة هوية معروفة. أصلها محفوظ. حددوا صاحبها في لائحة الصفحات التي تنتظر.",
        "Cette page ne porte pas d'identité reconnue. L'original est conservé. "
        "Dites à qui elle est dans la liste des pages à identifier.",
    ),
    "without_reference": _T(
        "هذه هي الصفحة {page} من الاستمارة {form} دون مرجع، فلا شيء فيها يدل على صاحبها. أصلها محفوظ. "
        "حددوا صاحبها في لائحة الصفحات التي تنتظر.",
        "Page {page} du formulaire {form}, sans référence : rien n'y dit à qui elle est. L'original est "
        "conservé. Dites à qui elle est dans la liste des pages à identifier.",
    ),
    "wrong_code": _T(
        "هذا الرمز غير صحيح. بقيت {n} من المحاولات.",
        "Ce code n'est pas le bon. Essais restants : {n}.",
    ),
    "newsletter_words": _T(
        "اكتبوا الموضوع والنص بالعربية والفرنسية ({n} حرف على الأكثر). لم يُرسل شيء.",
        "Écrivez l'objet et le texte en arabe et en français ({n} caractères au plus). Rien n'est envoyé.",
    ),
    "for_visitors": _T(
        "هذا الإجراء يتم دون حساب ودون ملف. ابدؤوه من صفحته.",
        "Cette démarche se fait sans compte et sans dossier. Commencez-la depuis sa page.",
    ),
    "unknown_form": _T(
        "هذه الصفحة من استمارة أو نسخة غير معروفة هنا. أصلها محفوظ.",
        "Cette page est d'un formulaire ou d'une version inconnus ici. L'original est conservé.",
    ),
    "invalid_reference": _T(
        "مرجع هذه الصفحة غير صحيح. أصلها محفوظ. حددوا صاحبها في لائحة الصفحات التي تنتظر.",
        "La référence de cette page n'est pas valable. L'original est conservé. "
        "Dites à qui elle est dans la liste des pages à identifier.",
    ),
    "reference_of_other_form": _T(
        "مرجع هذه الصفحة يخص ملفا لاستمارة أو نسخة أخرى. أصلها محفوظ.",
        "La référence de cette page est celle d'un dossier d'un autre formulaire ou d'une autre version. "
        "L'original est conservé.",
    ),
    "dossier_closed": _T(
        "الملف {reference} لم يعد يقبل وثائق جديدة. الأصل محفوظ.",
        "Le dossier {reference} n'accepte plus de pièces. L'original est conservé.",
    ),
}


def say(code: str, **values: object) -> LocalizedText:
    """The sentence of that code, with its blanks filled in."""
    return MESSAGES[code].fill(**values) if values else MESSAGES[code]
