namespace Secronna.Server.Hosting.Tls;

/// <summary>
/// Reads the certificate's files every few seconds. Reading the files detects every way of replacing them. A file-system
/// notification would not report the change of a link to their folder.
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
