using Amazon.KeyManagementService;
using Amazon.KeyManagementService.Model;
using Amazon.Runtime;
using Secronna.Crypto;

namespace Secronna.Server.MasterKeys.Kms;

/// <summary>
/// Master keys in AWS KMS, which they never leave. The settings list them by ARN or key id, which is also their id here. A box is
/// a KMS ciphertext in a <see cref="ServiceKeyBox"/>. KMS binds it to an encryption context (S6).
/// </summary>
/// <remarks>
/// The SDK copies what it sends and receives (S26). A KEK passes through a base64 string, a byte array with JSON, and the buffers
/// of HTTP and TLS, in both directions. The garbage collector frees those copies without zeroing them. Only the streams of the
/// request's and the answer's plaintext are zeroed here.
/// </remarks>
internal sealed class AwsKmsMasterKeyProvider : IMasterKeyProvider
{
    private readonly List<string> keyIds;
    private readonly AmazonKeyManagementServiceClient client;

    /// <exception cref="SettingsException">A setting is missing or wrong. The message names it.</exception>
    public AwsKmsMasterKeyProvider(MasterKeySettings settings)
    {
        keyIds = AwsKmsSettings.KeyIds(settings);
        client = AwsKmsSettings.Connect(settings);
        Source = $"AWS KMS ({settings.Endpoint ?? client.Config.RegionEndpoint?.SystemName})";
    }

    public string Source { get; }

    public TimeSpan RefreshInterval => TimeSpan.FromSeconds(15);

    public async ValueTask<IReadOnlyList<string>> ListAsync(CancellationToken cancellation)
    {
        var usable = new List<string>();
        foreach (var id in keyIds)
        {
            if (await IsUsableAsync(id, cancellation))
            {
                usable.Add(id);
            }
        }

        return usable;
    }

    public async ValueTask<byte[]> WrapAsync(MasterKeyBinding binding, ReadOnlyMemory<byte> key, CancellationToken cancellation)
    {
        var context = KmsEncryptionContext.For(binding) ?? throw new ArgumentException("An id of the binding is missing.", nameof(binding));
        RequireKnown(binding);
        using var plaintext = PinnedBuffer.Rent(key.Length);
        key.CopyTo(plaintext.Memory);
        var request = new EncryptRequest
        {
            KeyId = binding.MasterKeyId,
            Plaintext = KmsPlaintext.StreamOver(plaintext),
            EncryptionContext = context,
        };
        var answer = await CallAsync(binding.MasterKeyId, () => client.EncryptAsync(request, cancellation), cancellation);
        return ServiceKeyBox.Seal(binding.MasterKeyId, (answer.CiphertextBlob ?? throw Incomplete()).ToArray());
    }

    public async ValueTask UnwrapAsync(MasterKeyBinding binding, ReadOnlyMemory<byte> box, Memory<byte> key, CancellationToken cancellation)
    {
        RequireKnown(binding);
        var blob = ServiceKeyBox.Open(binding.MasterKeyId, box);
        var request = new DecryptRequest
        {
            KeyId = binding.MasterKeyId,
            CiphertextBlob = new MemoryStream(blob.ToArray()),
            EncryptionContext = KmsEncryptionContext.For(binding) ?? throw new DecryptionException(),
        };
        var answer = await CallAsync(binding.MasterKeyId, () => client.DecryptAsync(request, cancellation), cancellation);
        KmsPlaintext.MoveTo(key.Span[..Aes256Gcm.KeySize], answer.Plaintext ?? throw Incomplete());
    }

    public void Dispose() => client.Dispose();

    private async Task<bool> IsUsableAsync(string id, CancellationToken cancellation)
    {
        try
        {
            var answer = await CallAsync(
                id, () => client.DescribeKeyAsync(new DescribeKeyRequest { KeyId = id }, cancellation), cancellation);
            var key = answer.KeyMetadata ?? throw Incomplete();
            return key.KeyState == KeyState.Enabled && key.KeyUsage == KeyUsageType.ENCRYPT_DECRYPT && key.KeySpec == KeySpec.SYMMETRIC_DEFAULT;
        }
        catch (MasterKeyMissingException)
        {
            return false;
        }
    }

    private async Task<T> CallAsync<T>(string keyId, Func<Task<T>> call, CancellationToken cancellation)
    {
        try
        {
            return await call();
        }
        catch (Exception exception)
        {
            cancellation.ThrowIfCancellationRequested();
            throw Translate(exception, keyId);
        }
    }

    // Only error codes and type names are passed on: the SDK's messages and inner exceptions may quote the body of an answer.
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

    private MasterKeyUnavailableException Incomplete() => new(Source, "the answer is incomplete");

    private void RequireKnown(MasterKeyBinding binding)
    {
        if (!keyIds.Contains(binding.MasterKeyId))
        {
            throw new MasterKeyMissingException(binding.MasterKeyId);
        }
    }
}
