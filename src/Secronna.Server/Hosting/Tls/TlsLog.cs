namespace Secronna.Server.Hosting.Tls;

/// <summary>Log lines about the TLS certificate. They hold no key.</summary>
internal static partial class TlsLog
{
    [LoggerMessage(22, LogLevel.Information, "The TLS certificate with SHA-256 {Thumbprint} is in use; it expires at {Expiry:u}")]
    public static partial void CertificateInUse(ILogger log, string thumbprint, DateTimeOffset expiry);

    [LoggerMessage(
        23, LogLevel.Error,
        "The TLS certificate's files have changed and can't be used; the previous certificate stays in use: {Reason}")]
    public static partial void CertificateNotUsable(ILogger log, string reason);

    [LoggerMessage(24, LogLevel.Warning, "The TLS certificate in use expires at {Expiry:u}: replace its files")]
    public static partial void CertificateExpires(ILogger log, DateTimeOffset expiry);

    [LoggerMessage(25, LogLevel.Error, "The TLS certificate in use expired at {Expiry:u}: clients refuse it")]
    public static partial void CertificateExpired(ILogger log, DateTimeOffset expiry);
}
