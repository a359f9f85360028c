// Odoo's own style of XML: four spaces, attributes one a line once a line is full.
// The plug-in is resolved here, because pre-commit installs it where only require() looks (NODE_PATH).
module.exports = {
    bracketSameLine: false,
    plugins: [require.resolve("@prettier/plugin-xml")],
    printWidth: 110,
    proseWrap: "preserve",
    tabWidth: 4,
    xmlQuoteAttributes: "double",
    xmlSortAttributesByKey: false,
    xmlWhitespaceSensitivity: "preserve",
    overrides: [{ files: ["*.yaml", "*.yml"], options: { tabWidth: 2 } }],
};
