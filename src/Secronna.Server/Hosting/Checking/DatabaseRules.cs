using System.Data.Common;
using System.Net;
using Secronna.Server.Hosting.Configuration;

namespace Secronna.Server.Hosting.Checking;

/// <summary>Rules about the database and the connection to it.</summary>
internal static class DatabaseRules
{
    /// <summary>Judges the facts.</summary>
    public static IEnumerable<Finding> Find(CheckedFacts facts) => FindAboutState(facts).Concat(FindAboutConnection(facts.Settings));

    private static IEnumerable<Finding> FindAboutState(CheckedFacts facts)
    {
        if (facts.Database is { PendingMigrations: > 0 } database)
        {
            yield return new(
                database.Exists ? Severity.Danger : Severity.Warning,
                database.Exists ? $"the database needs {database.PendingMigrations} migration(s)" : "there is no database yet",
                "serve does not start without --migrate", "run secronna-server migrate");
        }

        if (facts.IsReserveOff)
        {
            yield return new(
                Severity.Warning, "Secronna__Storage__ReservedBytes is 0",
                "whoever may write can fill the disk, and on a full disk nothing is revealed", "unset it");
        }
    }

    private static IEnumerable<Finding> FindAboutConnection(Settings settings)
    {
        if (settings.Storage.Provider != "PostgreSql" || Parse(settings.Storage.ConnectionString) is not { } parameters)
        {
            yield break;
        }

        if (!IsLocal(Value(parameters, "Host", "Server")) && Value(parameters, "SSL Mode", "SslMode") is not ("VerifyFull" or "verify-full"))
        {
            yield return new(
                Severity.Warning, "the connection to PostgreSQL on another machine does not verify the server (SSL Mode)",
                "whoever is on the network path can pose as the database, and record and change what is stored",
                "add SSL Mode=VerifyFull;Root Certificate=FILE to Secronna__Storage__ConnectionString");
        }

        if (Value(parameters, "Password") is not null)
        {
            yield return new(
                Severity.Advice, "Secronna__Storage__ConnectionString holds the password",
                "settings get into orchestrators' descriptions and process listings", "use Passfile=FILE, or a client certificate");
        }
    }

    // A malformed connection string is an obstacle of its own.
    private static DbConnectionStringBuilder? Parse(string? connectionString)
    {
        try
        {
            return connectionString is null ? null : new DbConnectionStringBuilder { ConnectionString = connectionString };
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static string? Value(DbConnectionStringBuilder parameters, params string[] names) =>
        names.Select(name => parameters.TryGetValue(name, out var value) ? value as string : null).FirstOrDefault(value => value is not null);

    private static bool IsLocal(string? hosts) => (hosts ?? "").Split(',').All(host =>
        host.StartsWith('/') || host.StartsWith('@') || host.Split(':')[0] == "localhost"
        || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address)));
}
