using System.Net;
using Microsoft.AspNetCore.Connections;
using Secronna.Server.Access;
using Secronna.Server.Http;

namespace Secronna.Server.Hosting;

/// <summary>
/// Lets no address have more than its share of the connections, so that one client can't take them all. A trusted proxy has
/// the connections of many, and is not counted.
/// </summary>
internal sealed class ConnectionShares(HttpSettings settings, TimeProvider time, ILogger log)
{
    private static readonly TimeSpan BetweenLines = TimeSpan.FromMinutes(1);

    private readonly Lock gate = new();
    private readonly Dictionary<IPAddress, int> open = [];
    private long? said;

    /// <summary>Runs a connection within its address's share; what is beyond it is closed before a byte is read.</summary>
    public async Task RunAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        if (Counted(connection) is not { } address)
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

    private IPAddress? Counted(ConnectionContext connection) =>
        settings.MaxConnectionsPerAddress > 0 && connection.RemoteEndPoint is IPEndPoint peer && !TrustedProxies.Has(settings, peer.Address)
            ? AddressBlock.Of(peer.Address)
            : null;

    private bool TryEnter(IPAddress address)
    {
        lock (gate)
        {
            var count = open.GetValueOrDefault(address);
            if (count >= settings.MaxConnectionsPerAddress)
            {
                Say(address, count);
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

    // Seldom: who is refused tries again and again.
    private void Say(IPAddress address, int count)
    {
        if (said is not { } before || time.GetElapsedTime(before) >= BetweenLines)
        {
            said = time.GetTimestamp();
            HostingLog.ConnectionsRefused(log, address.ToString(), count);
        }
    }
}
