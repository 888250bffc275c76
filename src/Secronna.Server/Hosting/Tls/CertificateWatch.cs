namespace Secronna.Server.Hosting.Tls;

/// <summary>
/// Reads the certificate's files every few seconds. Reading them detects every way of replacing them; a file-system notification
/// would miss it when a link to their folder is changed.
/// </summary>
internal sealed class CertificateWatch(TlsCertificate certificate, TimeProvider time, ILogger<CertificateWatch> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        certificate.LogInUse(log);
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            do
            {
                certificate.Refresh(log);
            }
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // The server is stopping.
        }
    }
}
