using System.Globalization;
using Secronna.Server.MasterKeys;
using static Secronna.Server.Hosting.Configuration.SettingValue;

namespace Secronna.Server.Hosting.Configuration;

/// <summary>
/// Reads settings that give names of the identity provider a value each. A name can be part of the setting's own name
/// (<c>Roles__lead=admin</c>). A name that can't, because it holds <c>:</c> or differs from another by case alone, stands in a
/// list (<c>Roles__0__From=lead</c>, <c>Roles__0__To=admin</c>).
/// </summary>
/// <param name="section">The settings' common name below section <c>Secronna</c>.</param>
/// <param name="nameField">The last part of a list's setting with the name.</param>
/// <param name="valueField">The last part of a list's setting with the value.</param>
internal sealed class NamedEntries(string[] section, string nameField, string valueField)
{
    private readonly List<(string[] Setting, string Name, string Value)> direct = [];
    private readonly SortedDictionary<int, (string? Name, string? Value)> listed = [];

    /// <summary>Takes a setting of the section.</summary>
    /// <exception cref="SettingsException">The setting is unknown, or empty.</exception>
    public void Set(string[] name, string value)
    {
        switch (name[section.Length..])
        {
            case [var key]:
                direct.Add((name, key, Text(name, value)));
                break;
            case [var index, var field] when int.TryParse(index, NumberStyles.None, CultureInfo.InvariantCulture, out var i)
                && (field == nameField || field == valueField):
                var entry = listed.GetValueOrDefault(i);
                listed[i] = field == nameField ? entry with { Name = Text(name, value) } : entry with { Value = Text(name, value) };
                break;
            default: throw Unknown(name);
        }
    }

    /// <summary>All entries, with the parts of the settings' names that their values come from.</summary>
    /// <exception cref="SettingsException">An entry of a list is incomplete, or two entries have one name.</exception>
    public IEnumerable<(string[] Setting, string Name, string Value)> Read()
    {
        List<(string[] Setting, string Name, string Value)> entries =
            [.. direct, .. listed.Select(entry => Complete(entry.Key, entry.Value))];
        return entries.GroupBy(entry => entry.Name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice
            ? throw Error(twice.Last().Setting, $"and Secronna__{string.Join("__", twice.First().Setting)} both set {twice.Key}: remove one of them")
            : entries;
    }

    private (string[] Setting, string Name, string Value) Complete(int index, (string? Name, string? Value) entry)
    {
        return (
            Field(valueField),
            entry.Name ?? throw Error(Field(nameField), $"is missing beside {valueField}"),
            entry.Value ?? throw Error(Field(valueField), $"is missing beside {nameField}"));

        string[] Field(string field) => [.. section, index.ToString(CultureInfo.InvariantCulture), field];
    }
}
