using System.Globalization;
using Secronna.Protocol;
using Secronna.Server.Access.Tokens;
using Secronna.Server.MasterKeys;
using static Secronna.Server.Hosting.Configuration.SettingValue;

namespace Secronna.Server.Hosting.Configuration;

/// <summary>Reads section <c>Huudis</c>: the identity provider, its tokens, and the sign-in of clients.</summary>
/// <param name="settings">The object in which the settings are set.</param>
internal sealed class ProviderSettingsReader(IdentityProviderSettings settings)
{
    private static readonly TimeSpan LongestLifetime = TimeSpan.FromDays(30);

    private readonly NamedEntries roles = new(["Huudis", "Roles"], nameof(RoleMapping.From), nameof(RoleMapping.To));
    private readonly NamedEntries requiredClaims =
        new(["Huudis", "RequiredClaims"], nameof(RequiredClaim.Claim), nameof(RequiredClaim.Value));

    /// <summary>Sets one setting.</summary>
    /// <param name="name">The setting's name below section <c>Secronna</c>, for messages.</param>
    /// <param name="rest">The setting's name below section <c>Huudis</c>.</param>
    /// <param name="value">The setting's value.</param>
    /// <exception cref="SettingsException">The setting is unknown, or its value does not fit.</exception>
    public void Set(string[] name, string[] rest, string value)
    {
        switch (rest)
        {
            case ["Issuer"]: settings.Issuer = Url(name, value); break;
            case ["Audiences", _]: settings.Audiences.Add(Text(name, value)); break;
            case ["RequireHttpsMetadata"]: settings.RequireHttpsMetadata = Flag(name, value); break;
            case ["DefaultRole"]: settings.DefaultRole = Role(name, value); break;
            case ["Workspace"]: settings.Workspace = Workspace(name, value); break;
            case ["IssuerIsOurs"]: settings.IssuerIsOurs = Flag(name, value); break;
            case ["RequireMfa"]: settings.RequireMfa = Flag(name, value); break;
            case ["MfaMethods", _]:
                settings.MfaMethods = Appended(settings.MfaMethods, IdentityProviderSettings.UsualMfaMethods, Text(name, value));
                break;
            case ["MfaContexts", _]: settings.MfaContexts.Add(Text(name, value)); break;
            case ["Programs", _]: settings.Programs.Add(Text(name, value)); break;
            case ["AccessTokens"]: settings.AcceptsUnmarked = OneOf(name, value, "Marked", "Unmarked") == "Unmarked"; break;
            case ["TokenType"]: settings.TokenType = Enum.Parse<TokenType>(OneOf(name, value, Enum.GetNames<TokenType>())); break;
            case ["MaxTokenLifetime"]: settings.MaxTokenLifetime = Duration(name, value, LongestLifetime); break;
            case ["Roles", ..]: roles.Set(name, value); break;
            case ["RequiredClaims", ..]: requiredClaims.Set(name, value); break;
            case ["Claims", var claim]: SetClaim(settings.Claims, claim, name, value); break;
            case ["AuthParams", var parameter]: settings.SignIn.Parameters[ParameterName(name, parameter)] = Text(name, value); break;
            default: SetSignIn(settings.SignIn, name, rest, value); break;
        }
    }

    /// <summary>Sets what takes several settings together, and requires that all settings fit each other.</summary>
    /// <exception cref="SettingsException">Settings do not fit each other, or one is missing.</exception>
    public void Complete()
    {
        foreach (var (setting, from, to) in roles.Read())
        {
            settings.Roles.Add(new RoleMapping(from, Role(setting, to)));
        }

        foreach (var (setting, claim, value) in requiredClaims.Read())
        {
            settings.RequiredClaims.Add(new RequiredClaim(Claim(setting, claim), RequiredValue(setting, value)));
        }

        settings.Issuer = settings.Issuer is { } issuer ? EntraIssuer.Filled(issuer, settings.RequiredClaims) : null;
        if (ProviderRules.Obstacles(settings).FirstOrDefault() is { } message)
        {
            throw new SettingsException(message);
        }
    }

    private static void SetSignIn(SignInSettings settings, string[] name, string[] rest, string value)
    {
        switch (rest)
        {
            case ["CliClientId"]: settings.CliClientId = Text(name, value); break;
            case ["CliClientSecret"]: settings.CliClientSecret = Text(name, value); break;
            case ["WebClientId"]: settings.WebClientId = Text(name, value); break;
            case ["Scopes", _]: settings.Scopes = Appended(settings.Scopes, SignInSettings.UsualScopes, Text(name, value)); break;
            default: throw Unknown(name);
        }
    }

    private static void SetClaim(ClaimSettings claims, string claim, string[] name, string value)
    {
        var path = Claim(name, value);
        switch (claim)
        {
            case "Subject": claims.Subject = path; break;
            case "Workspace": claims.Workspace = path; break;
            case "IdentityType": claims.IdentityType = path; break;
            case "Name": claims.Name = path; break;
            case "Email": claims.Email = path; break;
            case "Role": claims.RoleName = path; break;
            case "Groups": claims.Groups = path; break;
            case "MfaVerified": claims.MfaVerified = path; break;
            case "Scope": claims.Scope = [path]; break;
            default: throw Unknown(name);
        }
    }

    private static string Claim(string[] name, string value) => ClaimPath.IsValid(Text(name, value))
        ? value
        : throw Error(name, "must be the name of a claim, or a JSON pointer such as /realm_access/roles");

    private static string Role(string[] name, string value) => OneOf(name, value, [.. RoleNames.All]);

    // Elsewhere * stands for any text. Here it would be compared as it is.
    private static string RequiredValue(string[] name, string value) => value.Contains('*', StringComparison.Ordinal)
        ? throw Error(name, "is compared exactly: write the whole value, without *")
        : value;

    private static string Workspace(string[] name, string value) => Names.IsWorkspaceId(value)
        ? value
        : throw Error(name, "must be the id of a workspace, as `secronna-server workspace allow` takes it");

    private static string ParameterName(string[] name, string parameter) => SignInParameters.IsReserved(parameter)
        ? throw Error(name, "is a parameter that the sign-in itself sets: remove it")
        : parameter;

    private static TimeSpan Duration(string[] name, string value, TimeSpan longest)
    {
        var duration = ParseDuration(value);
        return duration > TimeSpan.Zero && duration <= longest
            ? duration.Value
            : throw Error(name, $"must be a number of minutes, hours or days, such as 90m, 24h or 7d, and at most {longest.TotalDays}d");
    }

    private static TimeSpan? ParseDuration(string value) =>
        value.Length is 0 or > 6 || !int.TryParse(value[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? null
            : value[^1] switch
            {
                'm' => TimeSpan.FromMinutes(number),
                'h' => TimeSpan.FromHours(number),
                'd' => TimeSpan.FromDays(number),
                _ => null,
            };

    private static IReadOnlyList<string> Appended(IReadOnlyList<string> list, IReadOnlyList<string> usual, string value) =>
        ReferenceEquals(list, usual) ? [value] : [.. list, value];
}
