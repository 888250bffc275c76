using Secronna.Server.Hosting.Configuration;

namespace Secronna.Server.Hosting.Checking;

/// <summary>
/// What <c>check</c> judges: the settings, and what was found at one moment on the machine and in the database. The rules look
/// at nothing else.
/// </summary>
internal sealed record CheckedFacts
{
    /// <summary>The settings that could be read.</summary>
    public required Settings Settings { get; init; }

    /// <summary>The messages of everything that would stop <c>serve</c>: settings, files, addresses, keys, the database.</summary>
    public IReadOnlyList<string> Obstacles { get; init; } = [];

    /// <summary>The addresses that the server would listen on.</summary>
    public IReadOnlyList<BindingAddress> Addresses { get; init; } = [];

    /// <summary>The version of the runtime.</summary>
    public required Version Runtime { get; init; }

    /// <summary>The server's certificate; <c>null</c> if the settings name none.</summary>
    public CertificateFacts? Certificate { get; init; }

    /// <summary>The database; <c>null</c> if it could not be read.</summary>
    public DatabaseFacts? Database { get; init; }

    /// <summary>The free bytes of the disk with the data; <c>null</c> where there is no data folder.</summary>
    public long? FreeBytes { get; init; }

    /// <summary>Whether the disk's reserve for reveals is switched off (<c>Secronna__Storage__ReservedBytes=0</c>).</summary>
    public bool IsReserveOff { get; init; }

    /// <summary>Whether API keys may make credentials (<c>Secronna__Access__KeysMayGrant</c>).</summary>
    public bool KeysMayGrant { get; init; } = true;

    /// <summary>The clock.</summary>
    public required DateTimeOffset Now { get; init; }
}

/// <summary>What the check knows of the database.</summary>
/// <param name="PendingMigrations">How many migrations it lacks.</param>
/// <param name="Exists">Whether there is a database yet.</param>
/// <param name="KeysWithoutExpiry">How many API keys and access keys that are not revoked never expire.</param>
internal sealed record DatabaseFacts(int PendingMigrations, bool Exists, long KeysWithoutExpiry);
