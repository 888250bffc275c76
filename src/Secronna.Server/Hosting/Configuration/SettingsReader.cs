using System.Globalization;
using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.MasterKeys;
using static Secronna.Server.Hosting.Configuration.SettingValue;

namespace Secronna.Server.Hosting.Configuration;

/// <summary>
/// Reads section <c>Secronna</c> one setting at a time. A wrong or unknown setting stops the start, with a message that names the
/// setting.
/// </summary>
internal static class SettingsReader
{
    private const int MaxPrevious = 100;

    /// <summary>Reads all settings of section <c>Secronna</c>.</summary>
    /// <param name="configuration">The whole configuration.</param>
    /// <param name="usualAudiences">The audiences of a server whose settings name none.</param>
    /// <exception cref="SettingsException">A setting is unknown, or its value does not fit.</exception>
    public static Settings Read(IConfiguration configuration, params IEnumerable<string> usualAudiences)
    {
        var problems = new List<SettingsException>();
        var settings = Read(configuration, problems, usualAudiences);
        return problems.Count == 0 ? settings : throw problems[0];
    }

    /// <summary>Reads all settings of section <c>Secronna</c> that fit, and says what is wrong with the others.</summary>
    public static Settings Read(
        IConfiguration configuration, ICollection<SettingsException> problems, params IEnumerable<string> usualAudiences)
    {
        var settings = new Settings();
        var provider = new ProviderSettingsReader(settings.Huudis);
        // Sorted, because a configuration does not keep the entries of a list in the order of their indexes.
        foreach (var setting in configuration.GetSection("Secronna").AsEnumerable(makePathsRelative: true)
            .OrderBy(setting => setting.Key, ConfigurationKeyComparer.Instance))
        {
            if (setting.Value is { } value)
            {
                Set(settings, provider, setting.Key.Split(':'), value, problems);
            }
        }

        foreach (var audience in settings.Huudis.Audiences.Count == 0 ? usualAudiences : [])
        {
            settings.Huudis.Audiences.Add(audience);
        }

        Try(provider.Complete, problems);
        return settings;
    }

    // A file with Windows line ends leaves a carriage return at the end of each value.
    private static void Set(
        Settings settings, ProviderSettingsReader provider, string[] name, string value, ICollection<SettingsException> problems) =>
        Try(() => Set(settings, provider, name, WithoutControls(name, value.Trim('\r', '\n'))), problems);

    private static void Try(Action set, ICollection<SettingsException> problems)
    {
        try
        {
            set();
        }
        catch (SettingsException exception)
        {
            problems.Add(exception);
        }
    }

    // `name` is the whole name below section Secronna, for messages. The other methods get the part of the name below their own
    // section as `rest`.
    private static void Set(Settings settings, ProviderSettingsReader provider, string[] name, string value)
    {
        switch (name)
        {
            case ["Storage", "Provider"]: settings.Storage.Provider = OneOf(name, value, "Sqlite", "PostgreSql"); break;
            case ["Storage", "ConnectionString"]: settings.Storage.ConnectionString = Text(name, value); break;
            case ["Storage", "ReservedBytes"]: settings.Storage.ReservedBytes = Bytes(name, value); break;
            case ["DataFolder"]: settings.DataFolder = Text(name, value); break;
            case ["StateFolder"]: settings.StateFolder = Text(name, value); break;
            case ["MasterKey", .. var rest]: SetMasterKey(settings.MasterKey, name, rest, value); break;
            case ["Keys", "RotateAfterDays"]: settings.Keys.OldestKek = Days(name, value); break;
            case ["Huudis", .. var rest]: provider.Set(name, rest, value); break;
            case ["Access", "KeysMayGrant"]: settings.Access.KeysMayGrant = Flag(name, value); break;
            case ["Limits", var limit]: SetLimit(settings.Limits, limit, name, value); break;
            case ["Http", .. var rest]: HttpSettingsReader.Set(settings.Http, name, rest, value); break;
            case ["Diagnostics"]: settings.Diagnostics = Flag(name, value); break;
            case ["AcceptRuntime"]: settings.AcceptRuntime = RuntimeVersion(name, value); break;
            default: throw Unknown(name);
        }
    }

    private static void SetMasterKey(MasterKeySettings settings, string[] name, string[] rest, string value)
    {
        switch (rest)
        {
            case ["Provider"]: settings.Provider = OneOf(name, value, "File", "Environment", "Pkcs11", "AwsKms"); break;
            case ["File"]: settings.File = Text(name, value); break;
            case ["Library"]: settings.Library = Text(name, value); break;
            case ["Token"]: settings.Token = Text(name, value); break;
            case ["PinFile"]: settings.PinFile = Text(name, value); break;
            case ["KeyIds", _]: settings.KeyIds.Add(Text(name, value)); break;
            case ["Region"]: settings.Region = Text(name, value); break;
            case ["Endpoint"]: settings.Endpoint = Url(name, value); break;
            case ["Previous", var index, .. var inner] when int.TryParse(index, CultureInfo.InvariantCulture, out var i)
                && i is >= 0 and < MaxPrevious && inner is not ["Previous", ..]:
                while (settings.Previous.Count <= i)
                {
                    settings.Previous.Add(new MasterKeySettings());
                }

                SetMasterKey(settings.Previous[i], name, inner, value);
                break;
            default: throw Unknown(name);
        }
    }

    private static void SetLimit(LimitSettings limits, string limit, string[] name, string value)
    {
        switch (limit)
        {
            case "RequestsPerMinute": limits.RequestsPerMinute = Number(name, value, 0, int.MaxValue); break;
            case "RequestsPerMinutePerWorkspace": limits.RequestsPerMinutePerWorkspace = Number(name, value, 0, int.MaxValue); break;
            case "RevealsPerMinutePerWorkspace": limits.RevealsPerMinutePerWorkspace = Number(name, value, 0, int.MaxValue); break;
            case "WritesPerMinute": limits.WritesPerMinute = Number(name, value, 0, int.MaxValue); break;
            case "WritesPerMinutePerWorkspace": limits.WritesPerMinutePerWorkspace = Number(name, value, 0, int.MaxValue); break;
            case "WriteBytesPerMinute": limits.WriteBytesPerMinute = Bytes(name, value); break;
            case "WriteBytesPerMinutePerWorkspace": limits.WriteBytesPerMinutePerWorkspace = Bytes(name, value); break;
            case "StoredBytesPerWorkspace": limits.StoredBytesPerWorkspace = Bytes(name, value); break;
            case "RevealsPerMinute": limits.RevealsPerMinute = Number(name, value, 0, int.MaxValue); break;
            case "FailedAuthenticationsPerMinute": limits.FailedAuthenticationsPerMinute = Number(name, value, 0, int.MaxValue); break;
            case "RefusalsPerMinute": limits.RefusalsPerMinute = Number(name, value, 0, 10_000); break;
            case "CredentialShare": limits.CredentialShare = Number(name, value, 0, 100); break;
            case "WorkspaceShare": limits.WorkspaceShare = Number(name, value, 0, 100); break;
            case "RequestsAtOnce": limits.RequestsAtOnce = Number(name, value, 0, int.MaxValue); break;
            case "ReadsAtOnce": limits.ReadsAtOnce = Number(name, value, 0, int.MaxValue); break;
            case "RevealSeconds": limits.RevealSeconds = Number(name, value, 0, 3_600); break;
            case "ValueBytes": limits.ValueBytes = Number(name, value, 1, Limits.ValueBytes); break;
            case "NameLength": limits.NameLength = Number(name, value, 1, Limits.NameLength); break;
            case "CommentLength": limits.CommentLength = Number(name, value, 0, Limits.CommentLength); break;
            case "BatchKeys": limits.BatchKeys = Number(name, value, 1, Limits.BatchKeys); break;
            case "Credentials": limits.Credentials = Number(name, value, 1, Limits.Credentials); break;
            case "EnvironmentKeys": limits.EnvironmentKeys = Number(name, value, 1, Limits.EnvironmentKeys); break;
            case "RevealBytes": limits.RevealBytes = Number(name, value, 1, Limits.RevealBytes); break;
            case "RestoreBytes": limits.RestoreBytes = Number(name, value, 1, Limits.RestoreBytes); break;
            case "BodyBytes": limits.BodyBytes = Number(name, value, 1_024, Limits.BodyBytes); break;
            case "BatchBodyBytes": limits.BatchBodyBytes = Number(name, value, 1_024, Limits.BatchBodyBytes); break;
            default: throw Unknown(name);
        }
    }
}
