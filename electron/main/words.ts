/** What main says to a person, before there is a window to say it in. */
interface Words {
  title: string;
  alreadyOpen: string;
  folderUnwritable: (folder: string) => string;
  settingsDamaged: (file: string) => string;
  serverInvalid: (address: string) => string;
  noKeychain: string;
  secretUnreadable: (file: string) => string;
  pageMissing: string;
  coreKeepsStopping: string;
  windowKeepsStopping: string;
  broken: string;
  tryAgain: string;
  quit: string;
}

const EN: Words = {
  title: 'Tillpoint',
  alreadyOpen: 'Tillpoint is already open; its window is shown.',
  folderUnwritable: (folder) => `The data folder ${folder} cannot be written; choose another with TILLPOINT_DATA.`,
  settingsDamaged: (file) => `The settings in ${file} cannot be read; correct the file or remove it.`,
  serverInvalid: (address) => `The server's address must start with http:// or https:// and hold no password; it is "${address}".`,
  noKeychain:
    "This system has no keychain to protect the till's key. Set one up and start again, or set TILLPOINT_ALLOW_PLAIN_KEY=1 to protect the key by file permissions alone.",
  secretUnreadable: (file) =>
    `The keychain cannot open ${file}, which protects the till's key. Sign in to the system as the user who set up this till. Nothing was changed.`,
  pageMissing: "The till's page is missing; install Tillpoint again. Nothing was changed.",
  coreKeepsStopping: 'The till keeps stopping. Every completed sale is saved.',
  windowKeepsStopping: "The till's window keeps stopping. Every completed sale is saved.",
  broken: 'The till met a fault and closes. Every completed sale is saved; start it again.',
  tryAgain: 'Try again',
  quit: 'Quit',
};

const ZH_CN: Words = {
  title: 'Tillpoint',
  alreadyOpen: 'Tillpoint 已经打开，已显示其窗口。',
  folderUnwritable: (folder) => `数据文件夹 ${folder} 无法写入；请用 TILLPOINT_DATA 指定其他文件夹。`,
  settingsDamaged: (file) => `无法读取 ${file} 中的设置；请更正或删除该文件。`,
  serverInvalid: (address) => `服务器地址必须以 http:// 或 https:// 开头，且不含密码；现为“${address}”。`,
  noKeychain: '本系统没有可保护收银机密钥的钥匙串。请先设置钥匙串再启动；或设置 TILLPOINT_ALLOW_PLAIN_KEY=1，仅以文件权限保护密钥。',
  secretUnreadable: (file) => `钥匙串无法打开保护收银机密钥的 ${file}。请以设置本收银机的系统用户登录。数据未作任何更改。`,
  pageMissing: '收银机页面缺失；请重新安装 Tillpoint。数据未作任何更改。',
  coreKeepsStopping: '收银机反复停止。已完成的销售均已保存。',
  windowKeepsStopping: '收银机窗口反复停止。已完成的销售均已保存。',
  broken: '收银机发生故障，即将关闭。已完成的销售均已保存；请重新启动。',
  tryAgain: '重试',
  quit: '退出',
};

/** The words for a system language such as `en-GB` or `zh-CN`; English for every language but Chinese. */
export function wordsFor(locale: string): Words {
  return locale.toLowerCase().startsWith('zh') ? ZH_CN : EN;
}

export type { Words };
