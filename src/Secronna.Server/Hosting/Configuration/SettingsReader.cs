using System.Globalization;
using Secronna.Protocol;
using Secronna.Server.Access;
using Secronna.Server.Access.Tokens;
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
    /// <exception cref="SettingsException">A setting is unknown, or its value does not fit.</exception>
    public static Settings Read(IConfiguration configuration)
    {
        var settings = new Settings();
        // Sorted, because a configuration does not keep the entries of a list in the order of their indexes.
        foreach (var setting in configuration.GetSection("Secronna").AsEnumerable(makePathsRelative: true)
            .OrderBy(setting => setting.Key, ConfigurationKeyComparer.Instance))
        {
            if (setting.Value is { } value)
            {
                Set(settings, setting.Key.Split(':'), value);
            }
        }

        RequireTls(settings.Huudis);
        if (settings.Huudis.Audiences.Count == 0)
        {
            settings.Huudis.Audiences.Add("secronna");
            settings.Huudis.Audiences.Add("secronna-cli");
        }

        return settings;
    }

    // Without https the provider's keys would never be fetched, and every token would be answered with UNAVAILABLE.
    private static void RequireTls(IdentityProviderSettings settings)
    {
        if (settings is { RequireHttpsMetadata: true, Issuer: { } issuer } && new Uri(issuer).Scheme == Uri.UriSchemeHttp)
        {
            throw new SettingsException(
                "Secronna__Huudis__Issuer does not use https, so that anyone on the network path could replace the provider's keys: "
                + "set a URL with https, or set Secronna__Huudis__RequireHttpsMetadata to false");
        }
    }

    // `name` is the whole name below section Secronna, for messages. The other methods get the part of the name below their own
    // section as `rest`.
    private static void Set(Settings settings, string[] name, string value)
    {
        switch (name)
        {
            case ["Storage", "Provider"]: settings.Storage.Provider = OneOf(name, value, "Sqlite", "PostgreSql"); break;
            case ["Storage", "ConnectionString"]: settings.Storage.ConnectionString = Text(name, value); break;
            case ["DataFolder"]: settings.DataFolder = Text(name, value); break;
            case ["MasterKey", .. var rest]: SetMasterKey(settings.MasterKey, name, rest, value); break;
            case ["Keys", "RotateAfterDays"]: settings.Keys.OldestKek = Days(name, value); break;
            case ["Huudis", .. var rest]: SetHuudis(settings.Huudis, name, rest, value); break;
            case ["Limits", var limit]: SetLimit(settings.Limits, limit, name, value); break;
            case ["Http", .. var rest]: HttpSettingsReader.Set(settings.Http, name, rest, value); break;
            case ["Diagnostics"]: settings.Diagnostics = Flag(name, value); break;
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

    private static void SetHuudis(IdentityProviderSettings settings, string[] name, string[] rest, string value)
    {
        switch (rest)
        {
            case ["Issuer"]: settings.Issuer = Url(name, value); break;
            case ["Audiences", _]: settings.Audiences.Add(Text(name, value)); break;
            case ["RequireHttpsMetadata"]: settings.RequireHttpsMetadata = Flag(name, value); break;
            case ["DefaultRole"]: settings.DefaultRole = OneOf(name, value, [.. RoleNames.All, IdentityProviderSettings.NoRole]); break;
            case ["RequireMfa"]: settings.RequireMfa = Flag(name, value); break;
            case ["Claims", "Subject"]: settings.Claims.Subject = Text(name, value); break;
            case ["Claims", "Workspace"]: settings.Claims.Workspace = Text(name, value); break;
            case ["Claims", "IdentityType"]: settings.Claims.IdentityType = Text(name, value); break;
            case ["Claims", "Name"]: settings.Claims.Name = Text(name, value); break;
            case ["Claims", "Email"]: settings.Claims.Email = Text(name, value); break;
            case ["Claims", "Role"]: settings.Claims.RoleName = Text(name, value); break;
            case ["Claims", "MfaVerified"]: settings.Claims.MfaVerified = Text(name, value); break;
            default: throw Unknown(name);
        }
    }

    private static void SetLimit(LimitSettings limits, string limit, string[] name, string value)
    {
        switch (limit)
        {
            case "RevealsPerMinute": limits.RevealsPerMinute = Number(name, value, 0, int.MaxValue); break;
            case "FailedAuthenticationsPerMinute": limits.FailedAuthenticationsPerMinute = Number(name, value, 0, int.MaxValue); break;
            case "CredentialShare": limits.CredentialShare = Number(name, value, 0, 100); break;
            case "WorkspaceShare": limits.WorkspaceShare = Number(name, value, 0, 100); break;
            case "RequestsAtOnce": limits.RequestsAtOnce = Number(name, value, 0, int.MaxValue); break;
            case "ReadsAtOnce": limits.ReadsAtOnce = Number(name, value, 0, int.MaxValue); break;
            case "RevealSeconds": limits.RevealSeconds = Number(name, value, 0, 3_600); break;
            case "ValueBytes": limits.ValueBytes = Number(name, value, 1, Limits.ValueBytes); break;
            case "NameLength": limits.NameLength = Number(name, value, 1, Limits.NameLength); break;
            case "CommentLength": limits.CommentLength = Number(name, value, 0, Limits.CommentLength); break;
            case "BatchKeys": limits.BatchKeys = Number(name, value, 1, Limits.BatchKeys); break;
            case "EnvironmentKeys": limits.EnvironmentKeys = Number(name, value, 1, Limits.EnvironmentKeys); break;
            case "RevealBytes": limits.RevealBytes = Number(name, value, 1, Limits.RevealBytes); break;
            case "RestoreBytes": limits.RestoreBytes = Number(name, value, 1, Limits.RestoreBytes); break;
            case "BodyBytes": limits.BodyBytes = Number(name, value, 1_024, Limits.BodyBytes); break;
            case "BatchBodyBytes": limits.BatchBodyBytes = Number(name, value, 1_024, Limits.BatchBodyBytes); break;
            default: throw Unknown(name);
        }
    }
}
