"""What ``forms-service check`` says, in both languages: what was found, and what to do about it."""

from __future__ import annotations

from core.localized_text import LocalizedText as _T

SETTINGS = _T("الإعدادات صالحة.", "Les réglages conviennent.")
SPECS = _T(
    "عدد الاستمارات السليمة: {number} (البصمة {hash}، البرنامج {version}).",
    "{number} formulaires sans faute (empreinte {hash}, programme {version}).",
)
NO_SPECS = _T(
    "لا توجد أي استمارة في {folder}. تحققوا من FORMS_SPEC_DIR.",
    "Il n'y a aucun formulaire dans {folder}. Vérifiez FORMS_SPEC_DIR.",
)
FOLDER_MISSING = _T(
    "{name}: المجلد {folder} غير موجود. أنشئوه أو صححوا الإعداد.",
    "{name} : le dossier {folder} n'existe pas. Créez-le, ou corrigez le réglage.",
)
NO_FOLDER = _T(
    "المجلد {folder} غير موجود بعد؛ يُنشأ عند أول تشغيل.",
    "Le dossier {folder} n'existe pas encore ; il sera créé au premier démarrage.",
)
FOLDER_CLOSED = _T(
    "لا يمكن القراءة أو الكتابة في المجلد {folder}. أعطوا صاحب الخدمة حقوقه عليه.",
    "Le dossier {folder} ne peut pas être lu ou écrit. Donnez-en les droits à l'utilisateur du service.",
)
FOLDER_OPEN = _T(
    "يمكن لغير صاحب الخدمة قراءة المجلد {folder}. نفذوا: chmod -R go= {folder}",
    "D'autres utilisateurs peuvent lire le dossier {folder}. Lancez : chmod -R go= {folder}",
)
ROOM = _T("المجلد {folder}: بقي {gib} جيغابايت.", "Dossier {folder} : {gib} Gio libres.")
NO_DATABASE = _T(
    "لا توجد قاعدة معطيات بعد؛ تُنشأ عند أول تشغيل.",
    "Il n'y a pas encore de base de données ; elle sera créée au premier démarrage.",
)
DATABASE = _T("تستجيب قاعدة المعطيات ({kind}) في {ms} ms.", "La base de données ({kind}) répond en {ms} ms.")
TABLES = _T("الجداول في آخر إصدار ({at}).", "Les tables sont à jour ({at}).")
TABLES_BEHIND = _T(
    "الجداول في الإصدار {at} والبرنامج ينتظر {newest}: تُحيَّن عند التشغيل. خذوا نسخة احتياطية قبل ذلك.",
    "Les tables en sont à {at}, le programme attend {newest} : le démarrage les mettra à jour. Sauvegardez avant.",
)
TABLES_AHEAD = _T(
    "الجداول ({at}) أحدث من هذا البرنامج ({newest}). حينوا البرنامج على هذا الجهاز.",
    "Les tables ({at}) sont plus récentes que ce programme ({newest}). Mettez à jour cette machine.",
)
CLOCK = _T(
    "ساعة الجهاز توافق ساعة قاعدة المعطيات ({seconds} ث).",
    "L'horloge s'accorde avec celle de la base ({seconds} s).",
)
CLOCKS_APART = _T(
    "الفارق بين ساعة الجهاز وساعة قاعدة المعطيات {seconds} ث. شغلوا مزامنة الوقت (NTP).",
    "L'horloge et celle de la base diffèrent de {seconds} s. Mettez les machines à l'heure (NTP).",
)
DAYS_AHEAD = _T(
    "FORMS_DAYS_AHEAD: ساعة الخدمة متقدمة (عدد الأيام: {days}). هذا للتجربة فقط.",
    "FORMS_DAYS_AHEAD : l'horloge du service avance de {days} jours. C'est réservé aux essais.",
)
STORE = _T(
    "حُفظت وثيقة في المستودع وقُرئت ثم أُزيلت.", "L'espace de stockage garde, rend et supprime un document."
)
STORE_DIFFERS = _T(
    "أعاد المستودع غير ما حُفظ فيه. لا تشغلوا الخدمة على هذا المستودع.",
    "L'espace de stockage n'a pas rendu ce qui y avait été enregistré. Ne démarrez pas le service avec lui.",
)
NO_KEYS = _T(
    "لا توجد مفاتيح بعد؛ تُنشأ عند أول تشغيل. احفظوا نسخة من مجلد المفاتيح.",
    "Il n'y a pas encore de clés ; le premier démarrage les crée. Gardez une copie du dossier des clés.",
)
KEYS = _T(
    "المفاتيح مقروءة وتفتح ما في قاعدة المعطيات.", "Les clés se lisent et ouvrent ce que tient la base."
)
SHORT_KEY = _T(
    "FORMS_SECRET_KEY: المفتاح قصير ({least} حرفا على الأقل). اصنعوا مفتاحا بالأمر: openssl rand -base64 48",
    "FORMS_SECRET_KEY : cette clé est courte ({least} caractères au moins). Faites-en une : openssl rand -base64 48",
)
OWN_IDENTITY = _T(
    "تُوقَّع الوصولات بمفاتيح صنعتها الخدمة بنفسها. أعطوا هوية الصندوق في FORMS_RECEIPT_IDENTITY.",
    "Les accusés de dépôt sont signés avec des clés du service. Donnez celle de la CNSS : FORMS_RECEIPT_IDENTITY.",
)
IDENTITY = _T(
    "هوية توقيع الوصولات صالحة إلى {until}.",
    "L'identité qui signe les accusés de dépôt vaut jusqu'au {until}.",
)
MAILBOX = _T(
    "لا يُرسل البريد: تُكتب الرسائل في مجلد أو على الشاشة (FORMS_MAIL).",
    "Aucun courriel ne part : les messages sont écrits dans un dossier ou à l'écran (FORMS_MAIL).",
)
MAIL = _T("خادم البريد {host}:{port} يستجيب.", "Le serveur de courriel {host}:{port} répond.")
NO_MAIL = _T(
    "خادم البريد {host}:{port} لا يستجيب ({error}). تحققوا من FORMS_MAIL ومن الشبكة.",
    "Le serveur de courriel {host}:{port} ne répond pas ({error}). Vérifiez FORMS_MAIL et le réseau.",
)
SMS_HERE = _T(
    "لا تُرسل الرسائل القصيرة: تُكتب في مجلد أو على الشاشة (FORMS_SMS).",
    "Aucun SMS ne part : les messages sont écrits dans un dossier ou à l'écran (FORMS_SMS).",
)
SMS = _T("بوابة الرسائل القصيرة {host}:{port} تستجيب.", "La passerelle SMS {host}:{port} répond.")
NO_SMS = _T(
    "بوابة الرسائل القصيرة {host}:{port} لا تستجيب ({error}). تحققوا من FORMS_SMS ومن الشبكة.",
    "La passerelle SMS {host}:{port} ne répond pas ({error}). Vérifiez FORMS_SMS et le réseau.",
)
FONTS = _T("الخطوط موجودة.", "Les polices sont là.")
NO_FONTS = _T(
    "خطوط ناقصة: {names}. أعيدوا تثبيت البرنامج.",
    "Il manque des polices : {names}. Réinstallez le programme.",
)
RECOGNISERS = _T("نماذج القراءة سليمة ({number}).", "Les modèles de lecture sont intacts ({number}).")
NO_RECOGNISERS = _T(
    "لا يوجد أي نموذج قراءة. أعيدوا تثبيت البرنامج.", "Aucun modèle de lecture. Réinstallez le programme."
)
LANGUAGES = _T("لغات القراءة: {names} ({engine}).", "Langues de lecture : {names} ({engine}).")
NO_SCANNER = _T(
    "لا يُفحص أي ملف بحثا عن الفيروسات (FORMS_CLAMAV).",
    "Aucun fichier n'est soumis à un antivirus (FORMS_CLAMAV).",
)
SCANNER = _T("مضاد الفيروسات يستجيب.", "L'antivirus répond.")
SCANNER_SILENT = _T(
    "مضاد الفيروسات لا يستجيب. تحققوا من FORMS_CLAMAV ومن clamd.",
    "L'antivirus ne répond pas. Vérifiez FORMS_CLAMAV et clamd.",
)
ISOLATED = _T(
    "العملية التي تفتح الوثائق معزولة عن الشبكة وعن باقي الملفات.",
    "Le processus qui ouvre les documents est coupé du réseau et des autres fichiers.",
)
NOTHING_OPENED = _T(
    "لا تفتح هذه الآلة أية وثيقة لأن FORMS_REQUIRE_ISOLATION مفعل والعزل غير تام: {missing}. "
    "تبقى الوثائق محفوظة في الانتظار.",
    "Cette machine n'ouvre aucun document : FORMS_REQUIRE_ISOLATION l'exige et l'isolement manque ({missing}). "
    "Les documents restent conservés, en attente.",
)
NOT_ISOLATED = _T(
    "العملية التي تفتح الوثائق غير معزولة تماما: {missing}.",
    "Le processus qui ouvre les documents n'est pas tout à fait isolé : {missing}.",
)
BROKEN = _T("تعذر الفحص ({error}).", "La vérification a échoué ({error}).")
