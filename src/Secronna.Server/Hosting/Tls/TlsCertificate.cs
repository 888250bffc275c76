using System.Net.Security;
using System.Security.Cryptography;
using Secronna.Server.Http;
using Secronna.Server.MasterKeys;

namespace Secronna.Server.Hosting.Tls;

/// <summary>
/// The certificate that handshakes use, and its successors as they are put into its files. Until both files fit together
/// again the one before stays: they are written one after the other, or are links that change.
/// </summary>
internal sealed class TlsCertificate
{
    private static readonly TimeSpan SoonExpired = TimeSpan.FromDays(14);
    private static readonly TimeSpan BetweenWarnings = TimeSpan.FromDays(1);

    private readonly HttpSettings settings;
    private readonly TimeProvider time;
    private volatile SslStreamCertificateContext context;
    private byte[] digest;
    private string? problem;
    private DateTimeOffset warned = DateTimeOffset.MinValue;

    private TlsCertificate(HttpSettings settings, TimeProvider time, CertificateFiles files)
    {
        (this.settings, this.time) = (settings, time);
        (context, digest) = (files.Parse(), files.Digest);
    }

    public SslStreamCertificateContext Context => context;

    private DateTimeOffset Expiry => new(context.TargetCertificate.NotAfter);

    /// <summary>The certificate of the settings; null where none is set.</summary>
    /// <exception cref="SettingsException">It can't be used; the message says what to mend.</exception>
    public static TlsCertificate? Open(HttpSettings settings, TimeProvider time)
    {
        using var files = CertificateFiles.Read(settings);
        return files is null ? null : new TlsCertificate(settings, time, files);
    }

    /// <summary>Says which is in use, at the start and after a change.</summary>
    public void Say(ILogger log) =>
        TlsLog.CertificateInUse(log, context.TargetCertificate.GetCertHashString(HashAlgorithmName.SHA256), Expiry);

    /// <summary>Looks whether the files have another certificate, and whether the one in use expires.</summary>
    public void Look(ILogger log)
    {
        try
        {
            if (TakeChange())
            {
                Say(log);
                warned = DateTimeOffset.MinValue;
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

    private bool TakeChange()
    {
        using var files = CertificateFiles.Read(settings)!;
        if (files.Digest.AsSpan().SequenceEqual(digest))
        {
            return false;
        }

        // Not disposed: handshakes may still be under way with the one before.
        context = files.Parse();
        digest = files.Digest;
        return true;
    }

    private void WarnOfExpiry(ILogger log)
    {
        var now = time.GetUtcNow();
        if (Expiry - now > SoonExpired || now - warned < BetweenWarnings)
        {
            return;
        }

        warned = now;
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
