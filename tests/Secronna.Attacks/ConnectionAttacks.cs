using System.Net.Security;
using System.Security.Authentication;

namespace Secronna.Attacks;

/// <summary>Attacks with connections and with the frames of HTTP/2.</summary>
internal static class ConnectionAttacks
{
    public static IReadOnlyList<Attack> All { get; } =
    [
        new("closed-windows", "reveals an environment 64 times over HTTP/2, leaves no room for the answers, and keeps other streams busy", ClosedWindowsAsync),
        new("rapid-resets", "sends requests over HTTP/2 and resets each one at once", RapidResetsAsync),
        new("idle-connections", "opens as many connections as it can and sends nothing", IdleAsync),
        new("handshakes", "begins TLS handshakes and drops them", HandshakesAsync),
    ];

    private static Task ClosedWindowsAsync(Attacker attacker) =>
        attacker.RepeatAsync(8, async _ =>
        {
            await using var connection = await attacker.ConnectHttp2Async(0);
            for (var i = 0; i < 8; i++)
            {
                await connection.SendAsync("POST", $"/api/v1/environments/{attacker.Target.EnvironmentId}/reveal", attacker.Target.RevealToken);
            }

            while (!connection.Ended.IsCompleted)
            {
                var other = await connection.SendAsync("GET", "/health/live", attacker.Target.RevealToken);
                await connection.AllowAsync(other, 1_000);
                await Task.Delay(50, attacker.End);
            }

            attacker.Count("ended by the server");
        });

    private static Task RapidResetsAsync(Attacker attacker) =>
        attacker.RepeatAsync(4, async _ =>
        {
            await using var connection = await attacker.ConnectHttp2Async(65_535);
            while (!connection.Ended.IsCompleted)
            {
                attacker.End.ThrowIfCancellationRequested();
                var id = await connection.SendAsync("GET", "/api/v1/search/secrets?q=NOTHING", attacker.Target.AdminToken);
                await connection.ResetAsync(id);
                attacker.Count("reset");
            }

            attacker.Count("ended by the server");
        });

    private static Task IdleAsync(Attacker attacker) =>
        attacker.RepeatAsync(1_000, async _ =>
        {
            await using var stream = await Attacker.ConnectAsync(attacker.Target.Url, Attacker.Address, attacker.End);
            attacker.Count(await stream.ReadAsync(new byte[1], attacker.End) == 0 ? "closed" : "answered");
            await Task.Delay(500, attacker.End);
        });

    private static Task HandshakesAsync(Attacker attacker) =>
        attacker.RepeatAsync(16, async _ =>
        {
            await using var tls = new SslStream(await Attacker.ConnectAsync(attacker.Target.TlsUrl, Attacker.Address, attacker.End));
            try
            {
                await tls.AuthenticateAsClientAsync(
                    new SslClientAuthenticationOptions { TargetHost = "127.0.0.1", RemoteCertificateValidationCallback = (_, _, _, _) => false },
                    attacker.End);
            }
            catch (AuthenticationException)
            {
                attacker.Count("dropped");
            }
        });
}
