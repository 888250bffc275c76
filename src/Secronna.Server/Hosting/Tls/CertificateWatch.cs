namespace Secronna.Server.Hosting.Tls;

/// <summary>
/// Looks at the certificate's files again and again. Reading them shows every way in which they are replaced, where a
/// notification would miss the swap of a link to the folder they are in.
/// </summary>
internal sealed class CertificateWatch(TlsCertificate certificate, TimeProvider time, ILogger<CertificateWatch> log) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        certificate.Say(log);
        using var timer = new PeriodicTimer(Every, time);
        try
        {
            do
            {
                certificate.Look(log);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // The server stops.
        }
    }
}
