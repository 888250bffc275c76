using System.Globalization;
using Npgsql;

namespace Secronna.Storage.Postgres;

/// <summary>
/// Checks the parameters of a connection string that messages show or that Npgsql's own messages would repeat. A string that is
/// separated in another way than by semicolons, or that is a URI, puts the password into such a parameter.
/// </summary>
internal static class PostgresParameters
{
    // Their values are shown in no message, and may hold any character.
    private static readonly string[] Unshown = ["Password", "SSL Password", "Options", "Application Name"];

    /// <summary>Requires every parameter to be one value, and every host to be a name, an address or a socket's folder.</summary>
    /// <exception cref="ArgumentException">A parameter is malformed. The message names it and repeats nothing of its value.</exception>
    public static void Require(NpgsqlConnectionStringBuilder settings)
    {
        foreach (var name in settings.Keys.Cast<string>().Where(name => !Unshown.Contains(name, StringComparer.OrdinalIgnoreCase)))
        {
            var value = Convert.ToString(settings[name], CultureInfo.InvariantCulture) ?? "";
            if (value.Contains('=', StringComparison.Ordinal) || value.Contains("://", StringComparison.Ordinal) || value.Any(char.IsControl))
            {
                throw new ArgumentException($"the value of {name} holds more than one value: separate parameters by semicolons");
            }
        }

        if (string.IsNullOrEmpty(settings.Host))
        {
            throw new ArgumentException("Host is missing");
        }

        if (!settings.Host.Split(',').All(host => IsFolder(host) || IsHost(host)))
        {
            throw new ArgumentException("Host is neither a host name, nor an address, nor the folder of a Unix socket");
        }
    }

    /// <summary>Whether a host is the folder of a Unix socket, or an abstract socket.</summary>
    public static bool IsFolder(string host) => host.StartsWith('/') || host.StartsWith("@/", StringComparison.Ordinal);

    // One of several hosts may have a port of its own.
    private static bool IsHost(string host)
    {
        var end = host.LastIndexOf(':');
        var hasPort = end > 0 && (host.IndexOf(':', StringComparison.Ordinal) == end || host[end - 1] == ']');
        return Uri.CheckHostName(hasPort ? host[..end] : host) != UriHostNameType.Unknown
            && (!hasPort || ushort.TryParse(host.AsSpan(end + 1), NumberStyles.None, CultureInfo.InvariantCulture, out _));
    }
}
