using System.Text;
using Amazon;
using Amazon.KeyManagementService;
using Amazon.KeyManagementService.Model;
using Amazon.Runtime;
using Secronna.Crypto;
using Secronna.Server.Configuration;

namespace Secronna.Server.MasterKeys.Kms;

/// <summary>
/// Master keys in AWS KMS, which they never leave: those that the settings name, each one's id what it is named by there. A
/// box is KMS's own ciphertext in a <see cref="ServiceKeyBox"/>; KMS binds it to an encryption context (S6).
/// </summary>
/// <remarks>
/// The SDK copies what it sends and gets (S26): a KEK goes into the request as base64 in a string, as JSON in a byte array,
/// and through the buffers of HTTP and TLS; it comes back the same way. The garbage collector frees those copies unzeroed.
/// Only the stream that the answer's plaintext is in, and the request's, are zeroed here.
/// </remarks>
internal sealed class AwsKmsMasterKeyProvider : IMasterKeyProvider
{
    private const int KeySize = 32;
    private const int LongestId = 128;

    private readonly IReadOnlyList<string> keyIds;
    private readonly AmazonKeyManagementServiceClient client;

    /// <exception cref="SettingsException">A setting is missing or wrong: the message says which.</exception>
    public AwsKmsMasterKeyProvider(MasterKeySettings settings)
    {
        keyIds = [.. settings.KeyIds.Distinct(StringComparer.Ordinal)];
        RequireUsable(keyIds);
        client = Connect(settings);
        Source = $"AWS KMS ({settings.Endpoint ?? client.Config.RegionEndpoint?.SystemName})";
    }

    public string Source { get; }

    public TimeSpan LookEvery => TimeSpan.FromSeconds(15);

    public async ValueTask<IReadOnlyList<string>> ListAsync(CancellationToken cancellation)
    {
        var found = new List<string>();
        foreach (var id in keyIds)
        {
            if (await IsUsableAsync(id, cancellation))
            {
                found.Add(id);
            }
        }

        return found;
    }

    public async ValueTask<byte[]> WrapAsync(MasterKeyBinding binding, ReadOnlyMemory<byte> key, CancellationToken cancellation)
    {
        var context = KmsEncryptionContext.Of(binding) ?? throw new ArgumentException("The binding names nothing.", nameof(binding));
        RequireKnown(binding);
        using var plaintext = PinnedBuffer.Rent(key.Length);
        key.CopyTo(plaintext.Memory);
        var request = new EncryptRequest
        {
            KeyId = binding.MasterKeyId,
            Plaintext = KmsPlaintext.Of(plaintext),
            EncryptionContext = context,
        };
        var answer = await AskAsync(binding.MasterKeyId, () => client.EncryptAsync(request, cancellation), cancellation);
        return ServiceKeyBox.Seal(binding.MasterKeyId, (answer.CiphertextBlob ?? throw Empty()).ToArray());
    }

    public async ValueTask UnwrapAsync(MasterKeyBinding binding, ReadOnlyMemory<byte> box, Memory<byte> key, CancellationToken cancellation)
    {
        RequireKnown(binding);
        var blob = ServiceKeyBox.Open(binding.MasterKeyId, box);
        var request = new DecryptRequest
        {
            KeyId = binding.MasterKeyId,
            CiphertextBlob = new MemoryStream(blob.ToArray()),
            EncryptionContext = KmsEncryptionContext.Of(binding) ?? throw new DecryptionException(),
        };
        var answer = await AskAsync(binding.MasterKeyId, () => client.DecryptAsync(request, cancellation), cancellation);
        KmsPlaintext.Take(answer.Plaintext ?? throw Empty(), key.Span[..KeySize]);
    }

    public void Dispose() => client.Dispose();

    private async Task<bool> IsUsableAsync(string id, CancellationToken cancellation)
    {
        try
        {
            var answer = await AskAsync(
                id, () => client.DescribeKeyAsync(new DescribeKeyRequest { KeyId = id }, cancellation), cancellation);
            var key = answer.KeyMetadata ?? throw Empty();
            return key.KeyState == KeyState.Enabled && key.KeyUsage == KeyUsageType.ENCRYPT_DECRYPT && key.KeySpec == KeySpec.SYMMETRIC_DEFAULT;
        }
        catch (MasterKeyMissingException)
        {
            return false;
        }
    }

    private async Task<T> AskAsync<T>(string keyId, Func<Task<T>> ask, CancellationToken cancellation)
    {
        try
        {
            return await ask();
        }
        catch (Exception exception)
        {
            cancellation.ThrowIfCancellationRequested();
            throw Translate(exception, keyId);
        }
    }

    // Of what the SDK throws only the code goes on: the text of one, and its inner exceptions, may repeat an answer's body.
    private Exception Translate(Exception exception, string keyId) => exception switch
    {
        NotFoundException or DisabledException or KMSInvalidStateException => new MasterKeyMissingException(keyId),
        AmazonServiceException { ErrorCode: "AccessDeniedException" } => new MasterKeyMissingException(keyId),
        InvalidCiphertextException or IncorrectKeyException => new DecryptionException(),
        AmazonServiceException { ErrorCode: { Length: > 0 } code } service =>
            new MasterKeyUnavailableException(Source, $"{code} ({(int)service.StatusCode})"),
        AmazonServiceException { StatusCode: > 0 } service => new MasterKeyUnavailableException(Source, $"status {(int)service.StatusCode}"),
        _ => new MasterKeyUnavailableException(Source, $"{exception.GetType().Name}, {exception.InnerException?.GetType().Name}".TrimEnd(',', ' ')),
    };

    private MasterKeyUnavailableException Empty() => new(Source, "an answer without what was asked for");

    private void RequireKnown(MasterKeyBinding binding)
    {
        if (!keyIds.Contains(binding.MasterKeyId))
        {
            throw new MasterKeyMissingException(binding.MasterKeyId);
        }
    }

    private static AmazonKeyManagementServiceClient Connect(MasterKeySettings settings)
    {
        // Whoever calls tries again, and ends what takes too long.
        var config = new AmazonKeyManagementServiceConfig { MaxErrorRetry = 0, ThrottleRetries = false, LogResponse = false };
        if (settings.Endpoint is { } endpoint)
        {
            RequireEncrypted(new Uri(endpoint));
            config.ServiceURL = endpoint;
            config.AuthenticationRegion = settings.Region;
        }
        else if (settings.Region is { } region)
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(region);
        }

        return config.RegionEndpoint is null && config.ServiceURL is null
            ? throw new SettingsException("master key: Secronna__MasterKey__Region is not set, and the AWS SDK finds none")
            : new AmazonKeyManagementServiceClient(config);
    }

    // KEKs go there in the clear, but for TLS.
    private static void RequireEncrypted(Uri endpoint)
    {
        if (endpoint.Scheme != Uri.UriSchemeHttps && !endpoint.IsLoopback)
        {
            throw new SettingsException($"master key: Secronna__MasterKey__Endpoint: {endpoint} is plain HTTP beyond this machine: name one with https");
        }
    }

    private static void RequireUsable(IReadOnlyList<string> keyIds)
    {
        if (keyIds.Count == 0)
        {
            throw new SettingsException("master key: Secronna__MasterKey__KeyIds__0 is not set: name a key by its ARN or id");
        }

        // An alias may point at another key tomorrow.
        if (keyIds.FirstOrDefault(id => id.StartsWith("alias/", StringComparison.Ordinal) || id.Contains(":alias/", StringComparison.Ordinal)) is { } alias)
        {
            throw new SettingsException($"master key: Secronna__MasterKey__KeyIds: {alias} is an alias, which may come to mean another key: name the key by its ARN or id");
        }

        if (keyIds.FirstOrDefault(id => Encoding.UTF8.GetByteCount(id) > LongestId) is { } longId)
        {
            throw new SettingsException($"master key: Secronna__MasterKey__KeyIds: {longId} is over {LongestId} bytes");
        }
    }
}
