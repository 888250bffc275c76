using System.Net.Security;
using System.Security.Cryptography;
using Secronna.Server.Http;
using Secronna.Server.MasterKeys;

namespace Secronna.Server.Hosting.Tls;

/// <summary>
/// The certificate that handshakes use. It is replaced when its files change. The two files may change one after the other. So
/// the previous certificate stays in use until the files fit together again.
/// </summary>
internal sealed class TlsCertificate
{
    private static readonly TimeSpan ExpiryWarningTime = TimeSpan.FromDays(14);
    private static readonly TimeSpan WarningInterval = TimeSpan.FromDays(1);

    // The watch and a signal may ask for a refresh at the same time.
    private readonly Lock refreshing = new();
    private readonly HttpSettings settings;
    private readonly TimeProvider time;
    private volatile SslStreamCertificateContext context;
    private byte[] digest;
    private string? problem;
    private DateTimeOffset warnedAt = DateTimeOffset.MinValue;

    private TlsCertificate(HttpSettings settings, TimeProvider time, CertificateFiles files)
    {
        (this.settings, this.time) = (settings, time);
        (context, digest) = (files.Parse(), files.Digest);
    }

    /// <summary>The certificate and its chain.</summary>
    public SslStreamCertificateContext Context => context;

    private DateTimeOffset Expiry => new(context.TargetCertificate.NotAfter);

    /// <summary>Opens the certificate of the settings; <c>null</c> when none is configured.</summary>
    /// <exception cref="SettingsException">The certificate can't be used. The message says what to correct.</exception>
    public static TlsCertificate? Open(HttpSettings settings, TimeProvider time)
    {
        using var files = CertificateFiles.Read(settings);
        return files is null ? null : new TlsCertificate(settings, time, files);
    }

    /// <summary>Logs which certificate is in use.</summary>
    public void LogInUse(ILogger log) =>
        TlsLog.CertificateInUse(log, context.TargetCertificate.GetCertHashString(HashAlgorithmName.SHA256), Expiry);

    /// <summary>Replaces the certificate if its files have changed, and warns before the certificate in use expires.</summary>
    public void Refresh(ILogger log)
    {
        lock (refreshing)
        {
            RefreshAlone(log);
        }
    }

    private void RefreshAlone(ILogger log)
    {
        try
        {
            if (TryReplace())
            {
                LogInUse(log);
                warnedAt = DateTimeOffset.MinValue;
            }

            problem = null;
        }
        catch (SettingsException exception)
        {
            if (exception.Message != problem)
            {
                problem = exception.Message;
                TlsLog.CertificateNotUsable(log, problem);
            }
        }

        WarnOfExpiry(log);
    }

    private bool TryReplace()
    {
        using var files = CertificateFiles.Read(settings)!;
        if (files.Digest.AsSpan().SequenceEqual(digest))
        {
            return false;
        }

        // The previous context is not disposed, because handshakes may still be using it.
        context = files.Parse();
        digest = files.Digest;
        return true;
    }

    private void WarnOfExpiry(ILogger log)
    {
        var now = time.GetUtcNow();
        if (Expiry - now > ExpiryWarningTime || now - warnedAt < WarningInterval)
        {
            return;
        }

        warnedAt = now;
        if (Expiry > now)
        {
            TlsLog.CertificateExpires(log, Expiry);
        }
        else
        {
            TlsLog.CertificateExpired(log, Expiry);
        }
    }
}
