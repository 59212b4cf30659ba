/** Who sends visitors, as data: hosts (with everything below them), brands that live under many endings, and apps. Pure. */

export type Kind = 'search' | 'social' | 'assistant' | 'mail' | 'return' | 'other'

const hosts = (text: string) => text.trim().split(/\s+/)

/** Answer in words and name their sources. */
const ASSISTANTS = hosts(`
  chatgpt.com chat.openai.com openai.com claude.ai anthropic.com gemini.google.com bard.google.com aistudio.google.com
  notebooklm.google.com perplexity.ai copilot.microsoft.com m365.cloud.microsoft copilot.cloud.microsoft edgeservices.bing.com
  meta.ai grok.com x.ai mistral.ai deepseek.com you.com poe.com phind.com pi.ai inflection.ai character.ai
  duck.ai lumo.proton.me consensus.app andisearch.com iask.ai komo.ai felo.ai genspark.ai liner.com exa.ai
  doubao.com kimi.com kimi.ai moonshot.cn moonshot.ai qwen.ai tongyi.aliyun.com tongyi.com yiyan.baidu.com ernie.baidu.com
  yuanbao.tencent.com hunyuan.tencent.com chatglm.cn z.ai minimax.io metaso.cn manus.im alice.yandex.ru giga.chat
`)

/** Hosts that search the web, whatever else their owner does. */
const SEARCH = hosts(`
  search.brave.com kagi.com qwant.com startpage.com ecosia.org mojeek.com swisscows.com metager.org metager.de duckduckgo.com
  search.yahoo.com search.yahoo.co.jp search.naver.com search.daum.net search.seznam.cz search.aol.com search.aol.co.uk
  search.msn.com search.live.com search.lycos.com search.comcast.net search.xfinity.com search.earthlink.net search.verizon.net
  search.tut.by search.smt.docomo.ne.jp search.goo.ne.jp search.biglobe.ne.jp search.nifty.com search.sky.com search.conduit.com
  search.babylon.com search.sweetim.com search.tiscali.it search.incredimail.com search.walla.co.il search.icq.com
  search.centrum.cz search.virgilio.it search.free.fr search.gmx.com search.gmx.net suche.gmx.net suche.web.de suche.t-online.de
  so.com sm.cn m.sm.cn sogou.com youdao.com seznam.cz ask.com search.ask.com dogpile.com webcrawler.com excite.com info.com
  metacrawler.com infospace.com mamma.com lycos.com altavista.com alltheweb.com hotbot.com gigablast.com yippy.com ixquick.com
  entireweb.com wolframalpha.com presearch.com gibiru.com searx.be searxng.org ekosia.org exalead.com exalead.fr voila.fr
  rambler.ru nova.rambler.ru go.mail.ru nigma.ru aport.ru sputnik.ru onet.pl szukaj.onet.pl szukaj.wp.pl zoeken.nl vinden.nl
  ilse.nl abacho.com acoon.de fireball.de suchmaschine.com eniro.se eniro.fi kvasir.no sesam.no jubii.dk najdi.si bigmir.net
  meta.ua online.ua zoohoo.cz centrum.cz atlas.cz tiscali.it libero.it arianna.libero.it terra.es sapo.pt pesquisa.sapo.pt
  uol.com.br busca.uol.com.br busca.terra.com.br globo.com coccoc.com zing.vn search.zum.com zum.com egerin.com petalsearch.com
  search.com toolbarhome.com mywebsearch.com mysearch.com myway.com delta-search.com snapdo.com charter.net peoplepc.com
 
`)

const SOCIAL = hosts(`
  linkedin.com lnkd.in facebook.com fb.com fb.me messenger.com m.me instagram.com threads.net threads.com twitter.com x.com t.co
  youtube.com youtu.be reddit.com redd.it pinterest.com pin.it tiktok.com snapchat.com tumblr.com quora.com medium.com
  substack.com news.ycombinator.com lobste.rs producthunt.com stackoverflow.com stackexchange.com dev.to hashnode.com
  bsky.app mastodon.social mastodon.online mstdn.social fosstodon.org hachyderm.io discord.com discord.gg slack.com
  telegram.org t.me web.telegram.org whatsapp.com wa.me web.whatsapp.com signal.group nextdoor.com flipboard.com pocket.com
  getpocket.com disqus.com vimeo.com dailymotion.com twitch.tv goodreads.com meetup.com xing.com viadeo.com viadeo.journaldunet.com
  vk.com vkontakte.ru ok.ru odnoklassniki.ru my.mail.ru livejournal.com habr.com dzen.ru weibo.com weibo.cn t.cn zhihu.com
  douyin.com xiaohongshu.com xhslink.com bilibili.com b23.tv douban.com renren.com kaixin001.com weixin.qq.com mp.weixin.qq.com
  work.weixin.qq.com qzone.qq.com t.qq.com tieba.baidu.com maimai.cn kuaishou.com toutiao.com jianshu.com csdn.net juejin.cn
  line.me lin.ee kakao.com band.us cafe.naver.com blog.naver.com ameba.jp mixi.jp hatena.ne.jp b.hatena.ne.jp note.com qiita.com
  myspace.com friendster.com orkut.com orkut.com.br hi5.com badoo.com netlog.com tagged.com bebo.com plus.google.com
  plus.url.google.com ravelry.com taringa.net delicious.com stumbleupon.com digg.com diigo.com slashdot.org
  foursquare.com swarmapp.com last.fm deviantart.com flickr.com flixster.com gaiaonline.com geni.com habbo.com hyves.nl
  skyrock.com sonico.com studivz.net meinvz.net wer-kennt-wen.de tuenti.com nk.pl weeworld.com xanga.com mylife.com
  myheritage.com multiply.com livemocha.com identi.ca fotolog.com faceparty.com classmates.com cyworld.com buzznet.com
  blackplanet.com asmallworld.net instapaper.com truthsocial.com gab.com gettr.com parler.com
  minds.com clubhouse.com polywork.com indiehackers.com
`)

/** Web mail. Campaigns say so themselves; this is for the letters that people forward. */
const MAIL = hosts(`
  mail.google.com inbox.google.com outlook.live.com outlook.office.com outlook.office365.com outlook.com hotmail.com
  mail.live.com mail.yahoo.com mail.yahoo.co.jp mail.yahoo.net mail.aol.com mail.proton.me mail.protonmail.com protonmail.com
  mail.zoho.com mail.zoho.eu mail.yandex.ru mail.yandex.com mail.ru e.mail.ru mail.qq.com exmail.qq.com mail.163.com mail.126.com
  mail.sina.com.cn mail.aliyun.com qiye.aliyun.com mail.naver.com mail.daum.net mail.kakao.com mail.icloud.com
  fastmail.com app.fastmail.com app.hey.com superhuman.com mail.superhuman.com tutanota.com app.tuta.com mailfence.com
  navigator.gmx.net 3c.gmx.net navigator.web.de 3c.web.de webmail.orange.fr messagerie.orange.fr mail.free.fr zimbra.free.fr
  mail.laposte.net webmail.laposte.net email.t-online.de webmail.freenet.de webmail.arcor.de mail.seznam.cz email.seznam.cz
  poczta.onet.pl poczta.wp.pl poczta.o2.pl mail.rediff.com mail.rambler.ru mail.126.net webmail.optonline.net mail.comcast.net
  connect.xfinity.com webmail.spectrum.net mail.bigpond.com webmail.bigpond.com email.telstra.com mail.optusnet.com.au
  webmail.optuszoo.com.au webmail.adam.com.au webmail.iinet.net.au webmail.iprimus.com.au webmail.dodo.com.au
`)

/** Visitors are sent there by a site itself, to sign in or to pay, and come back to it: no arrival at all. */
const RETURNS = hosts(`
  accounts.google.com accounts.youtube.com login.microsoftonline.com login.live.com login.windows.net login.microsoft.com
  appleid.apple.com idmsa.apple.com okta.com oktapreview.com auth0.com onelogin.com login.salesforce.com sso.google.com
  checkout.stripe.com billing.stripe.com hooks.stripe.com buy.stripe.com paypal.com checkout.paddle.com buy.paddle.com
  checkout.chargebee.com adyen.com klarna.com mollie.com checkout.razorpay.com excashier.alipay.com wx.tenpay.com
`)

/** Other services of those who also search, and so no search. */
const OTHERS = hosts(`
  support.google.com developers.google.com cloud.google.com maps.google.com drive.google.com docs.google.com sites.google.com
  groups.google.com classroom.google.com calendar.google.com meet.google.com play.google.com translate.google.com
  workspace.google.com chromewebstore.google.com analytics.google.com ads.google.com tagassistant.google.com
  mail.naver.com map.naver.com baike.baidu.com zhidao.baidu.com pan.baidu.com map.baidu.com jingyan.baidu.com
  translate.yandex.ru maps.yandex.ru disk.yandex.ru market.yandex.ru passport.yandex.ru metrika.yandex.ru
  answers.microsoft.com finance.yahoo.com news.yahoo.com sports.yahoo.com answers.yahoo.com help.yahoo.com
`)

/** Under any public ending: google.de, yandex.kz. The rule says which of their names search. */
export const BRANDS: ReadonlyMap<string, RegExp> = new Map([
  ['google', /^(?:www|search|m|images?|encrypted|ipv[46]|lens|news|cse|scholar|shopping|video|blogsearch)?$/],
  ['bing', /^(?:www\d?|m|cn|global|images|[a-z]{2})?$/],
  ['yahoo', /^(?:www|m|(?:[a-z]{2,8}\.)*search|[a-z]{2}|r\.search)?$/],
  ['baidu', /^(?:www\d?|m|wap|image|news|cache)?$/],
  ['yandex', /^(?:www|m|search|images|ya)?$/],
  ['ya', /^(?:www|m)?$/],
  ['naver', /^(?:www|m|search|m\.search)?$/],
  ['daum', /^(?:www|m|search|m\.search)?$/],
  ['duckduckgo', /^(?:www|html|lite|safe|noai)?$/],
  ['ecosia', /^(?:www)?$/],
  ['startpage', /./],
  ['ask', /^(?:www|[a-z]{2})?$/],
  ['aol', /^(?:www|search|recherche|suche)?$/],
  ['lycos', /^(?:www|search|vachercher|buscador|cerca|suche)?$/],
  ['excite', /^(?:www|search|msxml)?$/],
  ['qwant', /./],
  ['sogou', /./],
])

/** Names of Android apps, which stand as the host of `android-app://…`. */
const APPS: readonly (readonly [Kind, string])[] = [
  [
    'search',
    'com.google.android.googlequicksearchbox com.google.android.googlequicksearchbox.https com.microsoft.bing com.duckduckgo.mobile.android com.baidu.searchbox',
  ],
  [
    'mail',
    'com.google.android.gm com.microsoft.office.outlook com.yahoo.mobile.client.android.mail ch.protonmail.android com.samsung.android.email.provider',
  ],
  [
    'social',
    'com.linkedin.android com.facebook.katana com.facebook.orca com.instagram.android com.twitter.android com.reddit.frontpage com.zhiliaoapp.musically com.pinterest com.whatsapp org.telegram.messenger com.tencent.mm com.sina.weibo com.zhihu.android com.discord com.instagram.barcelona com.google.android.youtube',
  ],
  [
    'assistant',
    'com.openai.chatgpt com.anthropic.claude com.google.android.apps.bard ai.perplexity.app.android com.microsoft.copilot ai.x.grok com.deepseek.chat',
  ],
]

/** By host; a host that is not in it may be below one that is. */
export const KINDS: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ...SEARCH.map(host => [host, 'search'] as const),
  ...SOCIAL.map(host => [host, 'social'] as const),
  ...MAIL.map(host => [host, 'mail'] as const),
  ...RETURNS.map(host => [host, 'return'] as const),
  ...OTHERS.map(host => [host, 'other'] as const),
  ...ASSISTANTS.map(host => [host, 'assistant'] as const),
  ...APPS.flatMap(([kind, names]) => hosts(names).map(name => [name, kind] as const)),
])
