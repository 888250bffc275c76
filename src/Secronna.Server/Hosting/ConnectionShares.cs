using System.Net;
using Microsoft.AspNetCore.Connections;
using Secronna.Server.Access;
using Secronna.Server.Http;

namespace Secronna.Server.Hosting;

/// <summary>
/// Limits the connections of each address, so that one client can't take them all. Trusted proxies are not limited, because they
/// carry the connections of many clients.
/// </summary>
internal sealed class ConnectionShares(HttpSettings settings, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan LogInterval = TimeSpan.FromMinutes(1);

    private readonly Lock gate = new();
    private readonly Dictionary<IPAddress, int> open = [];
    private long? loggedAt;

    /// <summary>
    /// Runs a connection if its address has not used up its share. Otherwise the connection is closed before a byte is read.
    /// </summary>
    public async Task RunAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        if (CountedAddress(connection) is not { } address)
        {
            await next(connection);
            return;
        }

        if (!TryEnter(address))
        {
            connection.Abort();
            return;
        }

        try
        {
            await next(connection);
        }
        finally
        {
            Leave(address);
        }
    }

    // `null` means that the connection is not limited.
    private IPAddress? CountedAddress(ConnectionContext connection) =>
        settings.MaxConnectionsPerAddress > 0 && connection.RemoteEndPoint is IPEndPoint peer && !TrustedProxies.Contains(settings, peer.Address)
            ? AddressBlock.Of(peer.Address)
            : null;

    private bool TryEnter(IPAddress address)
    {
        lock (gate)
        {
            var count = open.GetValueOrDefault(address);
            if (count >= settings.MaxConnectionsPerAddress)
            {
                LogRefusal(address, count);
                return false;
            }

            open[address] = count + 1;
            return true;
        }
    }

    private void Leave(IPAddress address)
    {
        lock (gate)
        {
            if (--open[address] == 0)
            {
                open.Remove(address);
            }
        }
    }

    // A refusal is logged at most once per interval, because refused clients try again and again.
    private void LogRefusal(IPAddress address, int count)
    {
        if (loggedAt is not { } before || time.GetElapsedTime(before) >= LogInterval)
        {
            loggedAt = time.GetTimestamp();
            HostingLog.ConnectionsRefused(log, address.ToString(), count);
        }
    }
}
