using System.Net;
using Secronna.Protocol;

namespace Secronna.Server.Configuration;

/// <summary>All that can be set, in section <c>Secronna</c>. Settings of later versions are accepted already.</summary>
internal sealed class Settings
{
    public StorageSettings Storage { get; set; } = new();

    /// <summary>Where the database and, in <c>dev</c>, the master keys are.</summary>
    public string? DataFolder { get; set; }

    public MasterKeySettings MasterKey { get; set; } = new();

    public KeySettings Keys { get; set; } = new();

    public HuudisSettings Huudis { get; set; } = new();

    public LimitSettings Limits { get; set; } = new();

    public HttpSettings Http { get; set; } = new();

    /// <summary>Leaves core dumps and diagnostics ports as the system has them (S28).</summary>
    public bool Diagnostics { get; set; }

    /// <summary>The database: as set, or for SQLite a file in the data folder; null where neither is set.</summary>
    public string? ConnectionString => Storage.ConnectionString
        ?? (DataFolder is null || Storage.Provider != "Sqlite" ? null : $"Data Source={Path.Combine(DataFolder, "secronna.db")}");
}

internal sealed class StorageSettings
{
    public string Provider { get; set; } = "Sqlite";

    public string? ConnectionString { get; set; }
}

internal sealed class MasterKeySettings
{
    public string Provider { get; set; } = "File";

    /// <summary>Of <c>File</c>: the file that holds the keys.</summary>
    public string? File { get; set; }

    /// <summary>Of <c>Pkcs11</c>: the library that speaks to the token.</summary>
    public string? Library { get; set; }

    /// <summary>Of <c>Pkcs11</c>: the token's label.</summary>
    public string? Token { get; set; }

    /// <summary>Of <c>Pkcs11</c>: the file that holds the user's PIN.</summary>
    public string? PinFile { get; set; }

    /// <summary>Of <c>AwsKms</c>: the keys that may be used, by ARN or id, the oldest first.</summary>
    public IList<string> KeyIds { get; } = [];

    /// <summary>Of <c>AwsKms</c>: the region; else as the SDK finds it.</summary>
    public string? Region { get; set; }

    /// <summary>Of <c>AwsKms</c>: another address than the region's own.</summary>
    public string? Endpoint { get; set; }

    /// <summary>Providers that only old keys are read from.</summary>
    public IList<MasterKeySettings> Previous { get; } = [];
}

internal sealed class KeySettings
{
    /// <summary>The age from which on a project's KEK is replaced by itself; null is any.</summary>
    public TimeSpan? OldestKek { get; set; }
}

/// <summary>The identity provider whose access tokens are taken.</summary>
internal sealed class HuudisSettings
{
    /// <summary>As its discovery document and its tokens have it; null takes no tokens.</summary>
    public string? Issuer { get; set; }

    /// <summary>One of them must be a token's.</summary>
    public IList<string> Audiences { get; } = [];

    /// <summary>Whether the provider must be asked for its keys over TLS.</summary>
    public bool RequireHttpsMetadata { get; set; } = true;

    /// <summary>A default role that has no rights.</summary>
    public const string NoRole = "none";

    /// <summary>The role of tokens that name none.</summary>
    public string DefaultRole { get; set; } = RoleNames.Admin;

    /// <summary>Whether reveals need a token that says its user signed in with a second factor.</summary>
    public bool RequireMfa { get; set; }

    public HuudisClaimSettings Claims { get; } = new();
}

/// <summary>How the provider names its claims.</summary>
internal sealed class HuudisClaimSettings
{
    /// <summary>The actor.</summary>
    public string Subject { get; set; } = "sub";

    /// <summary>The workspace.</summary>
    public string Workspace { get; set; } = "accountId";

    /// <summary><c>user</c> or <c>service_account</c>.</summary>
    public string IdentityType { get; set; } = "identityType";

    public string Name { get; set; } = "name";

    /// <summary>What a user without a name is called.</summary>
    public string Email { get; set; } = "email";

    public string Role { get; set; } = "role";

    /// <summary>True after a sign-in with a second factor.</summary>
    public string MfaVerified { get; set; } = "mfaVerified";
}

/// <summary>The limits of S29, which may be lowered, and the rates.</summary>
internal sealed class LimitSettings
{
    /// <summary>Values per minute, per credential and node; 0 is off.</summary>
    public int RevealsPerMinute { get; set; } = 60_000;

    /// <summary>Per minute and address; 0 is off.</summary>
    public int FailedAuthenticationsPerMinute { get; set; } = 60;

    public int ValueBytes { get; set; } = Protocol.Limits.ValueBytes;

    public int NameLength { get; set; } = Protocol.Limits.NameLength;

    public int CommentLength { get; set; } = Protocol.Limits.CommentLength;

    public int BatchKeys { get; set; } = Protocol.Limits.BatchKeys;

    public int EnvironmentKeys { get; set; } = Protocol.Limits.EnvironmentKeys;

    public int RevealBytes { get; set; } = Protocol.Limits.RevealBytes;

    public int RestoreBytes { get; set; } = Protocol.Limits.RestoreBytes;

    public int BodyBytes { get; set; } = Protocol.Limits.BodyBytes;

    public int BatchBodyBytes { get; set; } = Protocol.Limits.BatchBodyBytes;
}

internal sealed class HttpSettings
{
    public bool AllowPlainHttp { get; set; }

    /// <summary>For <c>https</c> addresses: the file with the certificate and those that lead from it to its root.</summary>
    public string? Certificate { get; set; }

    /// <summary>The file with the certificate's private key.</summary>
    public string? CertificateKey { get; set; }

    /// <summary>The names that requests may ask for, <c>*.</c> for any below; none is any.</summary>
    public IList<string> AllowedHosts { get; } = [];

    /// <summary>Whose word is taken for where a request comes from.</summary>
    public IList<IPNetwork> TrustedProxies { get; } = [];

    /// <summary>Connections at once; 0 is off.</summary>
    public int MaxConnections { get; set; } = 2_000;

    /// <summary>Of these, those of one address that is no trusted proxy's; 0 is off.</summary>
    public int MaxConnectionsPerAddress { get; set; } = 500;
}
