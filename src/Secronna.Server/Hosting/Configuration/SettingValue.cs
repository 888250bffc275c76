using System.Globalization;
using Secronna.Server.MasterKeys;

namespace Secronna.Server.Hosting.Configuration;

/// <summary>
/// Parses the value of a setting. A value that does not fit causes a <see cref="SettingsException"/> that names the setting.
/// </summary>
internal static class SettingValue
{
    private const int MaxDays = 3_650;
    private const long MaxBytes = 1L << 50;

    /// <summary>Text that is not empty.</summary>
    public static string Text(string[] name, string value) =>
        string.IsNullOrWhiteSpace(value) ? throw Error(name, "is empty") : value;

    /// <summary>Text without control characters, which no setting has, and which a log would not show.</summary>
    public static string WithoutControls(string[] name, string value) =>
        value.Any(char.IsControl) ? throw Error(name, "holds a control character, such as a line break or a tab, within its value") : value;

    /// <summary>
    /// One of several words, in upper or lower case. The word is returned as <paramref name="allowed"/> spells it.
    /// </summary>
    public static string OneOf(string[] name, string value, params string[] allowed) =>
        allowed.FirstOrDefault(word => string.Equals(word, value, StringComparison.OrdinalIgnoreCase))
        ?? throw Error(name, $"must be one of: {string.Join(", ", allowed)}");

    /// <summary><c>true</c> or <c>false</c>.</summary>
    public static bool Flag(string[] name, string value) => bool.TryParse(value, out var flag)
        ? flag
        : throw Error(name, "must be true or false");

    /// <summary>An absolute URL of <c>https</c> or <c>http</c> without a user and a password, which messages would show.</summary>
    public static string Url(string[] name, string value) =>
        Uri.TryCreate(value, UriKind.Absolute, out var url) && (url.Scheme is "https" or "http")
            ? url.UserInfo.Length == 0 ? value : throw Error(name, "must be a URL without a user and a password")
            : throw Error(name, "must be a URL that begins with https:// or http://");

    /// <summary>A whole number in a range.</summary>
    public static int Number(string[] name, string value, int min, int max) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= min && number <= max
            ? number
            : throw Error(name, $"must be a whole number from {min} to {max}");

    /// <summary>A version of the runtime, with all three numbers.</summary>
    public static Version RuntimeVersion(string[] name, string value) => Version.TryParse(value, out var version) && version is { Build: >= 0, Revision: < 0 }
        ? version
        : throw Error(name, "must be the version of a runtime, such as 10.0.12");

    /// <summary>A number of bytes, from 0 to a pebibyte.</summary>
    public static long Bytes(string[] name, string value) =>
        long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= MaxBytes
            ? number
            : throw Error(name, $"must be a whole number from 0 to {MaxBytes}");

    /// <summary>A number of days, at most ten years. For 0 the result is <c>null</c>.</summary>
    public static TimeSpan? Days(string[] name, string value) => Number(name, value, 0, MaxDays) switch
    {
        0 => null,
        var days => TimeSpan.FromDays(days),
    };

    /// <summary>The exception for a setting that can't be used. Its message begins with the full name of the setting.</summary>
    /// <param name="name">The setting's name, below section <c>Secronna</c>.</param>
    /// <param name="rule">The text that follows the name in the message.</param>
    public static SettingsException Error(string[] name, string rule) => new($"Secronna__{string.Join("__", name)} {rule}");

    /// <summary>The exception for a setting that does not exist.</summary>
    public static SettingsException Unknown(string[] name) => Error(name, "is not a setting; docs/settings.md lists all settings");
}
